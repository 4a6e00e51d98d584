"""Which spellings are one name, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperatlas.extract.surface import slug, surface_key, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Variational Auto-Encoders", "variational autoencoder"),
        ("ImageNet", "Image-Net"),
        (r"Fr\'echet Inception Distance", "Frechet inception distance"),
        (r"$\beta$-VAE", "β-VAE"),
        (r"\chinchilla", "Chinchilla"),
        ("GANs", "GAN"),
        ("policies", "policy"),
        ("losses", "loss"),
        ("the Atari games", "Atari game"),
        ("normalisation", "normalization"),
        ("regularised", "regularized"),
        ("UCF-101", "UCF101"),
    ],
)
def test_one_name(one: str, other: str) -> None:
    assert surface_key(one) == surface_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-2", "GPT-3"),
        ("BigGAN", "BigGAN-deep"),
        ("ResNet-18", "ResNet-50"),
        ("BERT", "RoBERTa"),
        ("CIFAR-10", "CIFAR-100"),
        ("C", "C++"),
        ("bias", "bia"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert surface_key(one) != surface_key(other)


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert slug(slug(text)) == slug(text)
    assert "--" not in slug(text)
    assert words_of(words_of(text)) == words_of(text)


def test_slugs_are_readable() -> None:
    assert slug("Fréchet Inception Distance") == "frechet-inception-distance"
    assert slug("VQ-VAE-2") == "vq-vae-2"
    assert slug("C++ / C#") == "c++-c#"
    assert slug("Monte Carlo tree search", words=2) == "monte-carlo"
    assert slug("深度学习") == "深度学习"
    assert slug("!?") == ""
