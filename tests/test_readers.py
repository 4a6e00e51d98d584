"""Each format is found from its content and read to the same papers; what cannot be read is told with file and line."""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from paperatlas.errors import InputError, UsageError
from paperatlas.extract.readers import FORMATS, Skipped, detect, read_papers, read_records

from .reading import BAR, FOO, fail, read

#: One file of each format, with the two abstracts above.
SAMPLES: dict[str, str] = {
    "abstracts": f"Abstract:{FOO}\nAbstract: {BAR}\n",
    "blocks": f"{FOO}\n\n74 pages\n\narXiv:2203.07814\nCreated: 2022-02-08\n\n{BAR}\n\narXiv:2203.08543\nCreated: 2022-03-16\n",
    "jsonl": json.dumps({"id": "a", "title": "Foo", "abstract": FOO})
    + "\n"
    + json.dumps({"id": "b", "summary": BAR})
    + "\n",
    "json": json.dumps([{"id": "a", "abstract": FOO}, {"id": "b", "text": f"Bar\n{BAR}"}], indent=1),
    "atom": (
        '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">\n'
        "<entry><id>http://arxiv.org/abs/2203.07814v2</id><published>2022-02-08T11:16:31Z</published>"
        f"<title>Foo:\n  A Network</title><summary>  {FOO}\n</summary><author><name>A. One</name></author>"
        '<category term="cs.PL"/><arxiv:doi>10.1126/science.abq1158</arxiv:doi></entry>\n'
        f"<entry><id>http://arxiv.org/abs/2203.08543v1</id><summary>{BAR}</summary></entry>\n</feed>\n"
    ),
    "anthology": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<collection id="2024.fake">\n<volume id="long"><meta><month>August</month>'
        "<year>2024</year></meta><frontmatter><url>2024.fake-long.0</url></frontmatter>\n<paper id='1'><title>"
        "<fixed-case>F</fixed-case>oo: A <tex-math>k</tex-math>-Network</title><author><first>Ada</first><last>One</last>"
        f"</author><author><first/><last>Two</last></author>\n<abstract>{FOO}</abstract><url>2024.fake-long.1</url>"
        f"<doi>10.1000/FAKE.1</doi></paper></volume>\n<volume id='short'><meta><year>2023</year></meta><paper id='1'>"
        f"<title>Bar</title><abstract><b>{BAR}</b></abstract></paper></volume></collection>"
    ),
    "bibtex": (
        "% from a library\n@article{foo2022,\n  title = {{{Foo}}: A {Network}},\n  author = {One, A. and Two, B.},\n"
        f"  year = {{2022}}, month = feb, eprint = {{2203.07814}}, archiveprefix = {{arXiv}},\n  abstract = {{{FOO}}}\n}}\n"
        f"@misc{{bar, abstract = {{{BAR}}}, doi = {{10.1000/BAR}}}}\n"
    ),
    "ris": (
        f"TY  - JOUR\nTI  - Foo: A Network\nAU  - One, A.\nPY  - 2022/02/08\nDO  - 10.1000/foo\nAB  - {FOO}\nER  - \n\n"
        f"TY  - CONF\nTI  - Bar\nN2  - {BAR}\nER  - \n"
    ),
    "csv": f'id,Title,Abstract,Year\na,Foo,"{FOO}",2022\nb,Bar,"{BAR}",2021\n',
    "tsv": f"key\ttitle\tabstract note\tdate\na\tFoo\t{FOO}\t2022\nb\tBar\t{BAR}\t2021-05\n",
}


@pytest.mark.parametrize("name", FORMATS)
def test_format_is_found_and_read(name: str, tmp_path: Path) -> None:
    assert detect(SAMPLES[name]) == name
    papers, skipped = read(tmp_path, SAMPLES[name])
    assert [paper.abstract for paper in papers] == [FOO, BAR]
    assert skipped == []


@pytest.mark.parametrize("name", FORMATS)
def test_gzip_is_read_as_the_file_in_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "anything"
    path.write_bytes(gzip.compress(SAMPLES[name].encode()))
    assert [p.abstract for p in read_records([str(path)], skip=fail)] == [FOO, BAR]


def test_fields_of_atom(tmp_path: Path) -> None:
    (foo, bar), _ = read(tmp_path, SAMPLES["atom"])
    assert (foo.arxiv, foo.doi, foo.date) == ("2203.07814", "10.1126/science.abq1158", "2022-02-08")
    assert (foo.title, foo.authors, foo.categories) == ("Foo: A Network", ("A. One",), ("cs.PL",))
    assert (bar.key, bar.sources[0].line) == ("arXiv:2203.08543", 6)


def test_fields_of_the_anthology(tmp_path: Path) -> None:
    (foo, bar), _ = read(tmp_path, SAMPLES["anthology"])
    assert (foo.id, foo.key, foo.date) == ("2024.fake-long.1", "doi:10.1000/fake.1", "2024-08")
    assert (foo.title, foo.authors) == ("Foo: A $k$-Network", ("Ada One", "Two"))
    assert foo.url == "https://aclanthology.org/2024.fake-long.1"
    assert (bar.title, bar.date, bar.sources[0].line) == ("Bar", "2023", 6)


def test_fields_of_bibtex(tmp_path: Path) -> None:
    (foo, bar), _ = read(tmp_path, SAMPLES["bibtex"])
    assert (foo.id, foo.key, foo.title, foo.date) == ("foo2022", "arXiv:2203.07814", "Foo: A Network", "2022-02")
    assert foo.authors == ("One, A.", "Two, B.")
    assert (bar.key, bar.sources[0].line) == ("doi:10.1000/bar", 8)


def test_a_table_between_semicolons(tmp_path: Path) -> None:
    text = SAMPLES["csv"].replace(",", ";").replace(FOO.replace(",", ";"), FOO).replace(BAR.replace(",", ";"), BAR)
    papers, skipped = read(tmp_path, text)
    assert [(p.title, p.abstract, p.date) for p in papers] == [("Foo", FOO, "2022"), ("Bar", BAR, "2021")]
    assert skipped == []


def test_fields_of_ris(tmp_path: Path) -> None:
    (foo, bar), _ = read(tmp_path, SAMPLES["ris"])
    assert (foo.key, foo.title, foo.date, foo.authors) == (
        "doi:10.1000/foo",
        "Foo: A Network",
        "2022-02-08",
        ("One, A.",),
    )
    assert (bar.title, bar.sources[0].line) == ("Bar", 9)


def test_fields_of_blocks(tmp_path: Path) -> None:
    (foo, bar), _ = read(tmp_path, SAMPLES["blocks"])
    assert (foo.key, foo.date, foo.comment, foo.sources[0].line) == ("arXiv:2203.07814", "2022-02-08", "74 pages", 1)
    assert (bar.key, bar.date, bar.comment, bar.sources[0].line) == ("arXiv:2203.08543", "2022-03-16", "", 8)


def test_blocks_that_begin_with_what_is_about_them(tmp_path: Path) -> None:
    text = f"arXiv:2203.07814\n\nFoo, a title\n\n{FOO}\n\n3 pages\n\narXiv:2203.08543\nDate: 2022\n\n{BAR}\n"
    (foo, bar), _ = read(tmp_path, text)
    assert (foo.arxiv, foo.title, foo.comment) == ("2203.07814", "Foo, a title", "3 pages")
    assert (bar.arxiv, bar.date, bar.title) == ("2203.08543", "2022", "")


def test_abstracts_glued_in_one_line(tmp_path: Path) -> None:
    papers, _ = read(tmp_path, f"Abstract:{FOO}Abstract: {BAR} Abstract:{FOO}\n\nAbstract: {BAR}")
    assert [p.abstract for p in papers] == [FOO, BAR, FOO, BAR]
    assert [p.sources[0].line for p in papers] == [1, 1, 1, 3]


def test_the_word_abstract_inside_an_abstract(tmp_path: Path) -> None:
    papers, _ = read(tmp_path, "Abstract:We study abstract reasoning, and the abstract: nothing else, of papers.")
    assert [p.abstract for p in papers] == ["We study abstract reasoning, and the abstract: nothing else, of papers."]


def test_a_line_of_the_arxiv_metadata_dump(tmp_path: Path) -> None:
    line = {
        "id": "0704.0001",
        "submitter": "A. One",
        "authors": "C. Bal\\'azs, E. L. Berger and C.-P. Yuan",
        "title": "Calculation of\n  prompt production",
        "comments": "37 pages; published version",
        "journal-ref": "Phys.Rev.D76:013009,2007",
        "doi": "10.1103/PhysRevD.76.013009",
        "categories": "hep-ph cs.LG",
        "abstract": "  A fully differential calculation is\npresented. It is new.\n",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
        "authors_parsed": [["Balázs", "C.", ""]],
    }
    (paper,), _ = read(tmp_path, json.dumps(line) + "\n")
    assert (paper.id, paper.key, paper.doi) == ("0704.0001", "arXiv:0704.0001", "10.1103/physrevd.76.013009")
    assert paper.title == "Calculation of prompt production"
    assert paper.abstract == "A fully differential calculation is presented. It is new."
    assert paper.date == "2007-04-02"
    assert paper.categories == ("hep-ph", "cs.LG")
    assert paper.authors == ("C. Bal\\'azs, E. L. Berger", "C.-P. Yuan")
    assert paper.comment == "37 pages; published version"


@pytest.mark.parametrize(
    ("record", "title", "abstract"),
    [
        ({"text": "A Title\nThe abstract."}, "A Title", "The abstract."),
        ({"title": "A Title", "text": "A Title\nThe abstract."}, "A Title", "The abstract."),
        (
            {"title": "A Title", "abstract": "The abstract.", "text": "A Title\nThe abstract."},
            "A Title",
            "The abstract.",
        ),
        ({"text": "One sentence.\nAnother one."}, "", "One sentence. Another one."),
        ({"title": None, "abstract": "The abstract."}, "", "The abstract."),
    ],
)
def test_where_the_title_is(record: dict[str, str], title: str, abstract: str, tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, json.dumps(record))
    assert (paper.title, paper.abstract) == (title, abstract)


@pytest.mark.parametrize("nothing", ['""', '"  "', "null", "NaN", "Infinity", "[]", "{}", '{"$oid": "x"}'])
@pytest.mark.parametrize("names", [("doi", "DOI"), ("DOI", "doi")])
def test_what_says_nothing_hides_nothing(nothing: str, names: tuple[str, str], tmp_path: Path) -> None:
    text = (
        f'{{"{names[0]}": {nothing}, "id": {nothing}, "_id": "x7", "{names[1]}": "10.1000/xyz", "abstract": "{FOO}"}}'
    )
    (paper,), skipped = read(tmp_path, text)
    assert (paper.id, paper.doi, skipped) == ("x7", "10.1000/xyz", [])
    papers, (one,) = read(
        tmp_path, f'{{"id": {nothing}, "title": {nothing}, "abstract": {nothing}, "year": {nothing}}}'
    )
    assert (papers, one.reason) == ([], "no abstract")


@pytest.mark.parametrize(
    ("given", "date"),
    [
        ("2017-02-31", "2017-02"),
        ("2016-02-29", "2016-02-29"),
        ("2017-02-29", "2017-02"),
        ("0000-01-01", ""),
        ("2017-13-01", "2017"),
        ("\u0662\u0660\u0661\u0667-\u0660\u0662-\u0661\u0661", ""),
        ("Fri, 31 Feb 2017 10:00:00 GMT", "2017-02"),
    ],
)
def test_dates_that_no_calendar_has(given: str, date: str, tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "date": given}))
    assert paper.date == date


def test_text_is_kept_as_it_is(tmp_path: Path) -> None:
    abstract = "Fr\\'echet  distance, na\u00efve and nai\u0308ve, of 5\\%."
    (paper,), _ = read(tmp_path, json.dumps({"title": "T", "abstract": abstract}))
    assert paper.text == f"T\n{abstract}"


def test_characters_that_no_file_can_carry_are_replaced_in_place(tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, '{"abstract": "a\\u0000b\\ud800c\\u001bd"}')
    assert paper.abstract == "a\ufffdb\ufffdc\ufffdd"


def test_bad_records_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    good = json.dumps({"abstract": FOO})
    lines = [good, "{not json", "[1]", "", json.dumps({"title": "T"}), good.replace("Foo", "Baz")]
    path.write_bytes("\n".join(lines).encode() + b'\n{"abstract": "caf\xe9"}\n')
    skipped: list[Skipped] = []
    papers = [*read_records([str(path)], skip=skipped.append)]
    assert [p.sources[0].line for p in papers] == [1, 6]
    assert [str(s).removeprefix(f"{path}:") for s in skipped] == [
        "2: not JSON: expecting property name enclosed in double quotes (column 2)",
        "3: not a JSON object",
        "5: no abstract",
        '7: not UTF-8 (byte 0xE9 behind \'{"abstract": "caf\')',
    ]


def test_bad_records_of_other_formats(tmp_path: Path) -> None:
    _, skipped = read(
        tmp_path, SAMPLES["bibtex"] + "@article{broken, title = {Unclosed\n\n@misc{x, title = {T}}\n", "a.bib"
    )
    assert [(s.source.line, s.reason[:13]) for s in skipped] == [(9, "not BibTeX: U"), (11, "no abstract")]
    _, skipped = read(tmp_path, SAMPLES["csv"] + "c,too few\n\nd,Title,,2020\n")
    assert [(s.source.line, s.reason) for s in skipped] == [(4, "2 cells where the header has 4"), (6, "no abstract")]
    _, skipped = read(tmp_path, SAMPLES["ris"] + "\nTY  - JOUR\nTI  - Nothing else\nER  - \n")
    assert [(s.source.line, s.reason) for s in skipped] == [(14, "no abstract")]
    _, skipped = read(tmp_path, "Preface.\n" + SAMPLES["abstracts"] + "Abstract:\n", format="abstracts")
    assert [(s.source.line, s.reason) for s in skipped] == [
        (1, "text before the first 'Abstract:'"),
        (4, "no abstract"),
    ]


def test_cells_over_several_lines(tmp_path: Path) -> None:
    papers, _ = read(tmp_path, f'id,abstract\na,"{FOO}\nMore of it."\nb,"{BAR}"\n')
    assert [(p.id, p.sources[0].line) for p in papers] == [("a", 2), ("b", 4)]
    assert papers[0].abstract == f"{FOO} More of it."


def test_a_record_too_large_is_skipped(tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, json.dumps({"abstract": "x" * 200_000}) + "\n" + SAMPLES["jsonl"])
    assert len(papers) == 2
    assert skipped[0].reason == "an abstract of 200,000 characters (the most is 20,000)"


def test_utf_16_and_byte_order_marks(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        path = tmp_path / encoding
        path.write_bytes(SAMPLES["csv"].encode(encoding))
        assert [p.id for p in read_records([str(path)], skip=fail)] == ["a", "b"]


def test_folders_globs_and_the_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.jsonl").write_text(SAMPLES["jsonl"])
    (tmp_path / "a.txt").write_text(SAMPLES["abstracts"])
    (tmp_path / ".hidden").write_text("nothing")
    (tmp_path / "notes.md").write_text("# To do\n\n- nothing\n")
    skipped: list[Skipped] = []
    papers = [*read_records([str(tmp_path)], skip=skipped.append)]
    assert [Path(p.sources[0].path).name for p in papers] == ["a.txt", "a.txt", "b.jsonl", "b.jsonl"]
    assert [Path(s.source.path).name for s in skipped] == ["notes.md"]
    assert skipped[0].reason.startswith("of no format that is known")
    assert len([*read_records([str(tmp_path / "*" / "*.jsonl")], skip=fail)]) == 2


def test_the_named_format_overrides(tmp_path: Path) -> None:
    papers, _ = read(tmp_path, f"{FOO}\n\n{BAR}\n", format="blocks")
    assert [p.abstract for p in papers] == [FOO, BAR]
    with pytest.raises(UsageError, match=r"no format 'word' \(one of atom, anthology, jsonl"):
        read(tmp_path, FOO, format="word")


ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><summary>&c;</summary></entry></feed>'
)
EXTERNAL_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><summary>&x;</summary></entry></feed>'
)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "input: empty file"),
        (b" \n\n ", "input: empty file"),
        (b"\x00\x01\x02\x03" * 100, "input: binary file, not text"),
        (b"%PDF-1.7 ...", "input: this is a PDF, not text (export the abstracts as text, BibTeX or JSON Lines)"),
        (b"PK\x03\x04....", "input: this is a zip archive or an office document, not text"),
        (
            gzip.compress(SAMPLES["jsonl"].encode() * 50, mtime=0)[:-20],
            "input:87: compressed data is cut off or broken",
        ),
        (gzip.compress(b"", mtime=0)[:6], "input: compressed data is cut off or broken"),
        (b"to do: nothing", "input: of no format that is known (--from one of atom, anthology, jsonl, json, bibtex"),
        (ENTITY_BOMB.encode(), "input:1: XML with a document type declaration is not read"),
        (EXTERNAL_ENTITY.encode(), "input:1: XML with a document type declaration is not read"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>', "input:1: not well-formed XML: Premature end of data"),
        (b'{\n "a": 1\n}', "input: no array of papers in this JSON (one object a line is JSON Lines: --from jsonl)"),
        (b'id,abstract\na,"' + b"x" * (17 * 2**20), "input:2: line longer than 16,777,216 characters"),
        (b"Abstract:" + b"x" * (17 * 2**20), "input:1: line longer than 16,777,216 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_complaint(
    content: bytes, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("input").write_bytes(content)
    with pytest.raises(InputError) as error:
        read_papers(["input"], skip=lambda _: None)
    assert str(error.value).startswith(complaint)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.txt", "no such file or folder"),
        ("no*match.txt", "no file matches"),
        ("*.jsonl", "no such file or directory"),
        ("", "an input without a name"),
    ],
)
def test_an_input_that_is_not_there(name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "*.jsonl").symlink_to("nowhere")
    with pytest.raises(InputError, match=said):
        read_papers([name], skip=lambda _: None)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no files in this folder"):
        read_papers([str(tmp_path)], skip=lambda _: None)


def test_a_long_line_among_json_lines_is_skipped(tmp_path: Path) -> None:
    papers, skipped = read(tmp_path, '{"abstract": "' + "x" * (17 * 2**20) + '"}\n' + SAMPLES["jsonl"])
    assert len(papers) == 2
    assert [(s.source.line, s.reason) for s in skipped] == [(1, "line longer than 16,777,216 characters")]


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_without_abstracts_is_told_in_one_short_line(
    packed: bool, tmp_path: Path, paperatlas: Callable[..., CompletedProcess[str]]
) -> None:
    path = tmp_path / "papers"
    content = f"{'x' * 5000},a,b,c,d,e,f,g,h\n".encode() + SAMPLES["jsonl"].encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    done = paperatlas("extract", path, "--from", "csv")
    told = f"Error: {path}:1: no column 'abstract' in the header ({'x' * 30}…, a, b, c, d, e, f, g, …)\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


# What is longer than it can be.


def test_a_record_with_too_long_a_title_is_skipped(tmp_path: Path) -> None:
    long = json.dumps({"title": "(BERT) " * 300, "abstract": FOO})
    papers, skipped = read(tmp_path, json.dumps({"title": "x" * 2_000, "abstract": FOO}) + "\n" + long)
    assert [len(paper.title) for paper in papers] == [2_000]
    assert [str(s) for s in skipped] == [f"{tmp_path}/input:2: a title of 2,099 characters (the most is 2,000)"]


def test_a_long_first_line_of_a_text_is_no_title(tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, json.dumps({"text": f"{'word ' * 500}\n{FOO}"}))
    assert (paper.title, paper.abstract.endswith(FOO)) == ("", True)


@pytest.mark.parametrize(
    ("field", "longest", "attribute"),
    [
        ("id", "i" * 2_000, "id"),
        ("doi", "10.1000/" + "d" * 1_992, "doi"),
        ("url", "https://a.org/" + "u" * 1_986, "url"),
        ("comment", "c" * 10_000, "comment"),
        ("authors", "a" * 500, "authors"),
        ("authors", ["a" * 400] * 500, "authors"),
        ("categories", ["k" * 500], "categories"),
        ("categories", ["k" * 400] * 50, "categories"),
    ],
)
def test_what_is_too_long_for_its_field_is_not_it(
    field: str, longest: str | list[str], attribute: str, tmp_path: Path
) -> None:
    longer = [*longest, *longest[:1]] if isinstance(longest, list) and len(longest) > 1 else longest
    if longer == longest:
        longer = [f"{longest[0]}x"] if isinstance(longest, list) else f"{longest}x"
    lines = [json.dumps({"title": "T", "abstract": FOO, field: value}) for value in (longest, longer)]
    (known, unknown), skipped = read(tmp_path, "\n".join(lines))
    expected = (longest,) if field == "authors" and isinstance(longest, str) else longest
    assert getattr(known, attribute) == (tuple(expected) if field in ("authors", "categories") else expected)
    assert getattr(unknown, attribute) == type(getattr(known, attribute))()
    assert (unknown.title, unknown.abstract, skipped) == ("T", FOO, [])


def test_overlong_numbers_and_dates_are_none(tmp_path: Path) -> None:
    record = {"abstract": FOO, "arxiv": "arXiv:" + " " * 2_000 + "2205.06175", "date": f"2017 {'x' * 100}"}
    (paper,), _ = read(tmp_path, json.dumps(record))
    assert (paper.arxiv, paper.date) == ("", "")
    (paper,), _ = read(tmp_path, f"@misc{{a, year = 2017, month = {{{'1' * 5_000}}}, abstract = {{{FOO}}}}}")
    assert paper.date == "2017"


@pytest.mark.parametrize("count", [60, 3_000])
@pytest.mark.parametrize("last", [" and ", ", and "])
def test_many_authors_as_the_arxiv_writes_them_are_all_read(count: int, last: str, tmp_path: Path) -> None:
    names = [f"A. Person{number}" for number in range(count)]
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "authors": ", ".join(names) + last + "Z. Last"}))
    assert paper.authors == (*names, "Z. Last")


@pytest.mark.parametrize("count", range(10, 60))
def test_nothing_of_some_authors_is_lost(count: int, tmp_path: Path) -> None:
    listed = ", ".join(f"A. Person{number}" for number in range(count))
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "authors": f"{listed} and Z. Last"}))
    assert ", ".join(paper.authors) == f"{listed}, Z. Last"


def test_a_comma_within_a_name_is_kept_among_many(tmp_path: Path) -> None:
    names = [f"Last{number}, First" for number in range(1_000)]
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "authors": " and ".join(names)}))
    assert paper.authors == tuple(names)


def test_blanks_between_authors_cost_nothing(tmp_path: Path) -> None:
    started = time.process_time()
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "authors": f"A. One; B.{' ' * 60_000}Two"}))
    assert paper.authors == ("A. One", "B. Two")
    assert time.process_time() - started < 2


# What Zotero exports as CSL JSON.


def test_fields_of_csl_json(tmp_path: Path) -> None:
    record = {
        "id": "http://zotero.org/users/1/items/ABCD",
        "type": "article-journal",
        "abstract": FOO,
        "container-title": "Journal of Foo",
        "DOI": "10.1000/FOO",
        "URL": "https://example.org/foo",
        "number": "arXiv:1706.03762",
        "title": "Foo: A Network",
        "keyword": "networks, things",
        "accessed": {"date-parts": [["2024", 1, 2]]},
        "issued": {"date-parts": [["2017", 6, 12]]},
        "author": [
            {"family": "One", "given": "Ada"},
            {"family": "Maaten", "given": "Laurens", "non-dropping-particle": "van der"},
            {"literal": "The Foo Team"},
        ],
    }
    (paper,), skipped = read(tmp_path, json.dumps([record], indent=1))
    assert skipped == []
    assert (paper.id, paper.doi, paper.arxiv) == ("http://zotero.org/users/1/items/ABCD", "10.1000/foo", "1706.03762")
    assert (paper.title, paper.abstract, paper.url) == ("Foo: A Network", FOO, "https://example.org/foo")
    assert paper.date == "2017-06-12"
    assert paper.authors == ("Ada One", "Laurens van der Maaten", "The Foo Team")
    assert paper.categories == ("networks", "things")


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [[2017]]}, "2017"),
        ({"date-parts": [[2017, 6]], "season": "2"}, "2017-06"),
        ({"raw": "June 2017"}, "2017"),
        ({"literal": "2017/6/12"}, "2017-06-12"),
        ({"date-parts": [[]]}, ""),
        ({"date-parts": [[None]]}, ""),
        ({"date-parts": 7}, ""),
        ({}, ""),
    ],
)
def test_dates_of_csl_json(issued: object, date: str, tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, json.dumps({"abstract": FOO, "issued": issued}))
    assert paper.date == date


# RIS that goes on over many lines.


def test_values_of_ris_over_several_lines(tmp_path: Path) -> None:
    text = f"TY  - JOUR\nTI  - Foo:  \n  A Network\nKW  - one\ntwo\nAB  - {FOO}\n\n{BAR}\nZZ  - nobody\nknows\nER  - \n"
    (paper,), skipped = read(tmp_path, text)
    assert (paper.title, paper.categories, skipped) == ("Foo: A Network", ("one", "two"), [])
    assert paper.abstract == f"{FOO}  {BAR}"


def test_a_second_value_of_ris_does_not_go_on_with_the_first(tmp_path: Path) -> None:
    (paper,), _ = read(tmp_path, f"TY  - JOUR\nAB  - {FOO}\nAB  - {BAR}\nof the second\nER  - \n")
    assert paper.abstract == FOO


def test_tags_of_ris_that_nobody_knows_are_passed_over(tmp_path: Path) -> None:
    (paper,), skipped = read(tmp_path, f"TY  - JOUR\nUK  - x\nZZ  - y\nAB  - {FOO}\nER  - \n")
    assert (paper.abstract, skipped) == (FOO, [])


def test_a_long_value_of_ris_takes_its_length_and_not_the_square(tmp_path: Path, patience: None) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        read(tmp_path, "TY  - JOUR\nAB  - " + "\n" * size + "x\nER  - \n")
        return time.process_time() - started

    # Linear is 4, quadratic 16.
    part, whole = seconds(300_000), seconds(1_200_000)
    assert whole / part < 9, (part, whole)
