"""From annotated abstracts to a trained model. Needs the ``train`` extra; what is trained runs without it."""
