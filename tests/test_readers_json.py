"""Arrays of papers in JSON, whatever is around them, behind them, or wrong with one of them."""

import json
import time
from pathlib import Path

import pytest

from paperatlas.extract.readers import Skipped, read_records

from .reading import BAR, FOO, read


def test_json_array_in_an_object_and_the_lines_of_its_records(tmp_path: Path) -> None:
    text = json.dumps({"count": 3, "papers": [{"abstract": FOO}, 7, {"title": "no abstract"}]}, indent=1)
    papers, skipped = read(tmp_path, text)
    assert [p.sources[0].line for p in papers] == [4]
    assert [(s.source.line, s.reason) for s in skipped] == [(7, "not a JSON object"), (8, "no abstract")]


def test_an_object_around_an_array_in_one_line(tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, json.dumps({"count": 2, "papers": [{"abstract": FOO}, {"abstract": BAR}]}) + "\n")
    assert [p.abstract for p in papers] == [FOO, BAR]
    assert skipped == []


def told(skipped: list[Skipped]) -> list[tuple[int, str]]:
    return [(one.source.line, one.reason) for one in skipped]


FOO_JSON, BAR_JSON = json.dumps({"abstract": FOO}), json.dumps({"abstract": BAR})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(f'{{"a": {"[" * 9_999}{"]" * 9_999}}}', "not JSON: nested too deeply", id="deep"),
        pytest.param("[" * 9_999 + "]" * 9_999, "not JSON: nested too deeply", id="deep alone"),
        pytest.param(f'{{"a": {"9" * 9_999}}}', "not JSON: a number of too many digits", id="digits"),
        ("{oops}", "not JSON: expecting property name enclosed in double quotes (column 2)"),
        ('{"a": "\\x"}', "not JSON: invalid \\escape (column 8)"),
        ('{"a": [1, 2}', "not JSON: expecting ',' delimiter (column 12)"),
        ('{"a": "]}, {["}', "no abstract"),
        ("oops", "not JSON: expecting value (column 1)"),
        ("7", "not a JSON object"),
        ('"a, b]"', "not a JSON object"),
        ('{"a": "caf\udce9"}', 'not UTF-8 (byte 0xE9 behind \'{"a": "caf\')'),
    ],
)
def test_a_bad_record_of_an_array_leaves_the_others(bad: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "input"
    for between, line, column in ((",\n", 2, 0), (",", 1, len(FOO_JSON) + 2)):
        path.write_bytes(f"[{FOO_JSON}{between}{bad}{between}{BAR_JSON}]".encode("utf-8", "surrogateescape"))
        skipped: list[Skipped] = []
        assert [p.abstract for p in read_records([str(path)], skip=skipped.append)] == [FOO, BAR]
        head, named, number = reason.partition("column ")
        assert told(skipped) == [(line, f"{head}{named}{int(number[:-1]) + column})" if named else head)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'[\n{FOO_JSON},\n{{"a": "b" c"}},\n{BAR_JSON}\n]', (3, "expecting ',' delimiter (column 11)")),
        (
            f'[\n {FOO_JSON},\n {{\n  "a": {{"b": 1}},\n {BAR_JSON}\n]',
            (
                3,
                "expecting property name enclosed in double quotes (line 5, column 2); lines 3 to 4 are left out",
            ),
        ),
        (
            f'[{FOO_JSON}, {{\n "a": "b" c"\n}}, {BAR_JSON}]',
            (1, "expecting ',' delimiter (line 2, column 11); lines 1 to 3 are left out"),
        ),
    ],
)
def test_a_quote_or_a_bracket_too_few_ends_with_its_record(text: str, reason: tuple[int, str], tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, text)
    assert [paper.abstract for paper in papers] == [FOO, BAR]
    assert told(skipped) == [(reason[0], f"not JSON: {reason[1]}")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"[{FOO_JSON}", (1, "an array without an end; is the file cut off?")),
        (f"[{FOO_JSON},\n\n", (2, "an array without an end; is the file cut off?")),
        (
            f'[{FOO_JSON},\n{{"abstract": "We',
            (2, "not JSON: unterminated string starting at (column 14); nothing behind it is read"),
        ),
        (f"[{FOO_JSON}]\nThe end.", (2, "neither an array nor an object; nothing behind it is read")),
        (f"[{FOO_JSON}]]", (1, "neither an array nor an object; nothing behind it is read")),
        (f'[{FOO_JSON}]\n{{"count":\n 1}}', (2, "no abstract")),
    ],
)
def test_what_an_array_lacks_and_what_is_behind_it_is_told(text: str, reason: tuple[int, str], tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, text, format="json")
    assert [paper.abstract for paper in papers] == [FOO]
    assert told(skipped) == [reason]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"[{FOO_JSON}]\n[{BAR_JSON}]\n", [1, 2]),
        (f'{{"papers":\n[{FOO_JSON}]}}\n{{"papers":\n[{BAR_JSON}]}}', [2, 4]),
        (json.dumps({"abstract": FOO}, indent=1) + "\n" + json.dumps({"abstract": BAR}, indent=1), [1, 4]),
        (f'{{"meta": [{{"a": 1}}],\n"papers": [{FOO_JSON},\n{BAR_JSON}]}}', [2, 3]),
        (f'{{"meta": [{{"a": 1}}], "papers": [{FOO_JSON}, {BAR_JSON}]}}', [1, 1]),
        (f'{{"old": [{FOO_JSON}],\n"authors": [{{"name": "A"}}], "new": [{{"title": "T"}}, {BAR_JSON}]}}', [1, 2]),
        (f'{{"n": 1, "response":\n{{"docs": [{FOO_JSON},\n{BAR_JSON}]}}}}', [2, 3]),
        (f'{{"info": {json.dumps("[{" * 3000)},\n"papers": [{FOO_JSON}, {BAR_JSON}]}}', [2, 2]),
    ],
)
def test_all_arrays_of_papers_are_read_and_no_others(text: str, lines: list[int], tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, text)
    assert [paper.abstract for paper in papers] == [FOO, BAR]
    assert [paper.sources[0].line for paper in papers] == lines
    # Of an object with a title alone.
    assert told(skipped) == ([(2, "no abstract")] if '"T"' in text else [])


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "around",
    [
        {"summary": {"total": 2}},
        {"abstract": {"total": 2}},
        {"summary": None},
        {"summary": "2 results"},
        {"text": "search results"},
        {"title": "My library", "text": "search results"},
        {"collections": [{"name": "x"}], "text": ["search results"]},
    ],
)
def test_what_is_around_papers_may_have_a_summary_too(
    around: dict[str, object], indent: int | None, tmp_path: Path
) -> None:
    text = json.dumps({**around, "papers": [{"abstract": FOO}, {"summary": BAR}]}, indent=indent)
    papers, skipped = read(tmp_path, text)
    assert ([paper.abstract for paper in papers], skipped) == ([FOO, BAR], [])


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("around", [{"title": "My library"}, {"collections": [{"name": "x"}]}])
def test_all_objects_of_a_list_are_looked_at_for_abstracts(
    around: dict[str, object], indent: int | None, tmp_path: Path
) -> None:
    items = [*({"title": f"T{number}"} for number in range(6)), 7, {"abstract": FOO}, {"abstract": BAR}]
    papers, skipped = read(tmp_path, json.dumps({**around, "items": items}, indent=indent))
    assert [paper.abstract for paper in papers] == [FOO, BAR]
    assert [one.reason for one in skipped] == ["no abstract"] * 6 + ["not a JSON object"]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": FOO, "references": [{"title": "Bar", "abstract": BAR}]},
        {"summary": FOO, "comments": [{"text": BAR}]},
        {"title": "Foo", "text": FOO, "sections": [{"text": BAR}]},
    ],
)
def test_a_paper_is_not_taken_for_what_is_around_others(
    fields: dict[str, object], indent: int | None, tmp_path: Path
) -> None:
    papers, skipped = read(tmp_path, json.dumps(fields, indent=indent))
    assert ([paper.abstract for paper in papers], skipped) == ([FOO], [])


@pytest.mark.parametrize("indent", [None, 1])
def test_a_paper_without_its_abstract_is_not_what_it_cites(indent: int | None, tmp_path: Path) -> None:
    text = json.dumps({"abstract": None, "references": [{"abstract": BAR}]}, indent=indent)
    assert (read(tmp_path, text)[0], told(read(tmp_path, text)[1])) == ([], [(1, "no abstract")])


@pytest.mark.parametrize("unit", ['{"a": 1},', '{"summary": {"a": 1}},', '{"summary": [', '{"text": {"a": ', "7,"])
def test_objects_that_are_looked_at_take_their_length_and_not_the_square(
    unit: str, tmp_path: Path, patience: None
) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        read(
            tmp_path, '{"title": "T", "summary": {}, "a": [{}],\n"b": [{},' + unit * (size // len(unit)), format="json"
        )
        return time.process_time() - started

    part, whole = seconds(40_000), seconds(160_000)
    # Linear is 4, quadratic 16.
    assert whole < 0.5 or whole / part < 9, (part, whole)


def test_a_bad_record_of_an_array_in_one_line_leaves_the_others(tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, f'{{"papers": [{FOO_JSON}, {{"a": \\}}, {BAR_JSON}]}}\n{{oops}}\n')
    assert [paper.abstract for paper in papers] == [FOO, BAR]
    assert [(one.source.line, one.reason[:25]) for one in skipped] == [
        (1, "not JSON: expecting value"),
        (2, "not JSON: expecting prope"),
    ]


def test_a_bad_line_that_is_a_paper_is_not_taken_for_what_it_cites(tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, f'{{"abstract": "x", "n": \\, "references": [{FOO_JSON}]}}\n', format="jsonl")
    assert (papers, told(skipped)) == ([], [(1, "not JSON: expecting value (column 24)")])


@pytest.mark.parametrize("half", ["\\ud800", "\\udc80", "\\udFFF", "\\udc00\\ud800"])
@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_a_half_of_a_surrogate_pair_is_replaced_whichever_it_is(half: str, name: str, tmp_path: Path) -> None:
    record = f'{{"abstract": "a {half} \\ud83d\\ude00 \\\\udc80 b"}}'
    (paper,), skipped = read(tmp_path, f"[{record}]" if name == "json" else record, format=name)
    replaced = "\ufffd" * half.count("\\")
    assert (paper.abstract, skipped) == (f"a {replaced} 😀 \\udc80 b", [])


@pytest.mark.parametrize("unit", ["x,", '{"a": "b" c"},\n', '{"a": {"b": 1},\n', '{],"a":[', '"a":[{', "{", "\n{,"])
def test_an_array_of_bad_records_takes_its_length_and_not_the_square(unit: str, tmp_path: Path, patience: None) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        read(tmp_path, "[" + unit * (size // len(unit)), format="json")
        return time.process_time() - started

    part, whole = seconds(40_000), seconds(160_000)
    # Linear is 4, quadratic 16.
    assert whole < 0.5 or whole / part < 9, (part, whole)
