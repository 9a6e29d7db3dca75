"""Task files: what is wrong with them, each on its line, all at once."""

import tomllib
from importlib.resources import files

import pytest

from tasks import Split, published_tasks
from tasks.entry import TaskEntry
from tasks.files.positions import Lines
from tasks.files.rules import rule_findings
from tasks.files.task_file import MAX_BYTES, TaskFile, read_task_file
from tests.tasks.documented import changed, example, line_of

EXAMPLE = example()
FIRST_TRAIN = '"<head><function>(x",\n    "<noun> = <digit>'
LEVEL = '"level(<noun>)\\n<head><function>(x"'
SETTING = """
answers = ["')\\n", "\\")\\n"]
decide = { q = ["'", '"'] }
settings = "block"
cores = ["print(<q><adj> <thing>", "<call>(<q><adj> <thing>"]
"""
ABOUT = 'name = "mine"\ntitle = "a"\nsummary = "b"\ndecides = "c"\n'


def read(text: str) -> TaskFile:
    return read_task_file(text.encode(), [task.name for task in published_tasks()])


def said(text: str) -> list[tuple[int, str]]:
    """Line and message of each finding."""
    return [(finding.line, finding.message) for finding in read(text).findings]


def test_the_documented_example_is_a_task() -> None:
    file = read(EXAMPLE)
    assert file.findings == ()
    assert file.task is not None
    assert file.task.answers == ("):", ")")
    assert {split: len(file.task.templates(split)) for split in Split} == {
        Split.TRAIN: 5,
        Split.VALIDATION: 2,
        Split.TEST: 3,
    }
    assert file.task.digest


def test_cores_are_put_into_a_setting() -> None:
    file = read(ABOUT + SETTING)
    assert file.findings == ()
    assert file.task is not None
    assert [len(file.task.templates(split)) for split in Split] == [10, 6, 8]


def test_published_tasks_keep_the_rules_of_task_files() -> None:
    entries = [
        TaskEntry.model_validate(entry)
        for file in (files("tasks") / "data").iterdir()
        for entry in tomllib.loads(file.read_text("utf-8")).get("task", [])
    ]
    assert len(entries) == 20
    for entry in entries:
        assert rule_findings(entry, set(), Lines(""), []) == [], entry.name


WRONG = {
    "unknown key": ("answers =", "anwsers =", "anwsers", "The key 'anwsers' is unknown."),
    "form of name": ("def_or_call", "Def", "name = ", "The name is 'Def'."),
    "name taken": ("def_or_call", "with_as", "name = ", "The name 'with_as' is taken."),
    "no text": ('"def_or_call"', "3", "name = ", "name is 3: this is no text."),
    "empty title": ("Definition or call", " ", "title", "The title is empty."),
    "one answer": (
        '["):\\n", ")\\n"]',
        '[")"]',
        "answers",
        "answers.1: the second of two texts is left out.",
    ),
    "equal answers": (
        '"):\\n"',
        '")\\n"',
        "answers",
        "The first and the second answer are both ')\\n'.",
    ),
    "empty answer": ('"):\\n"', '""', "answers", "Answer 1 is empty."),
    "nothing decides": (
        '["def ", ""]',
        '["", ""]',
        "head =",
        "The deciding slot <head> is '' in both sequences.",
    ),
    "no two texts": (
        '["def ", ""]',
        '"def "',
        "head =",
        "decide.head is 'def ': this is no list of two texts.",
    ),
    "name of a slot": ("head = [", "Head = [", "Head", "No slot can be called 'Head'."),
    "no words": ("function = [", "fun = []\nfunction = [", "fun =", "The kind 'fun' has no words."),
    "no list": (
        "function = [",
        "fun = 3\nfunction = [",
        "fun =",
        "words.fun is 3: this is no list of texts.",
    ),
    "slot in a word": (
        '"start"]',
        '"a<noun>"]',
        "function =",
        "The word 'a<noun>' holds a slot.",
    ),
    "template without what decides": (
        LEVEL,
        '"level(<noun>)\\n"',
        '"level',
        "The template 'level(<noun>)\\n' has no slot that decides.",
    ),
    "slot without words": (
        LEVEL,
        '"level(<nuon>)\\n<head><function>(x"',
        '"level',
        "There are no words for the slot <nuon> in 'level(<nuon>)\\n<head><function>(x'.",
    ),
    "label of what decides": (
        LEVEL,
        '"<head.a><function>(x"',
        '"<head.a>',
        "The deciding slot <head.a> cannot stand in '<head.a><function>(x'.",
    ),
    "unknown split": (
        "validation = [",
        "validate =[",
        "validate",
        "The key 'validate' is unknown.",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_on_its_line(what: str) -> None:
    old, new, at, message = WRONG[what]
    text = changed((old, new))
    assert (line_of(at, text), message) in said(text)
    assert read(text).errors


UNUSUAL = {
    "word twice": ('"start"]', '"start",\n"run"]', ',\n"run"]', "The word 'run' is listed again."),
    "words unused": (
        "function = [",
        'spare = ["a"]\nfunction = [',
        "spare",
        "No slot uses the words of 'spare'.",
    ),
    "no slot": (
        LEVEL,
        '"level(<Noun>)\\n<head><function>(x"',
        '"level',
        "<Noun> in 'level(<Noun>)\\n<head><function>(x' is no slot and stays as it is.",
    ),
    "answered": (
        '"):\\n"',
        '"x"',
        FIRST_TRAIN,
        "The prompt 'def <function>(x' ends with its right answer already.",
    ),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_what_is_likely_not_meant_is_a_warning(what: str) -> None:
    old, new, at, message = UNUSUAL[what]
    text = changed((old, new))
    assert (line_of(at, text) + at.startswith(",\n"), message) in said(text)
    assert not read(text).errors
    assert read(text).task is not None


def test_a_template_is_the_same_under_other_labels() -> None:
    again = '"<noun.z> = <digit.q>\\n<head><function.k>(x"'
    text = changed((LEVEL, f"{LEVEL},\n{again}"))
    first = line_of('"<noun> = <digit>\\n', text)
    ((line, message),) = said(text)
    assert line == line_of(again, text)
    assert message.endswith(f"is that of line {first} again.")
    assert read(text).findings[0].rule == "No template is in two splits."


def test_everything_is_said_at_once_in_the_order_of_lines() -> None:
    text = changed(
        ("summary =", "sumary ="),
        ('["def ", ""]', '["def ", "def "]'),
        (LEVEL, '"level(<nuon>"'),
    )
    assert [line for line, _ in said(text)] == [
        1,
        line_of("sumary", text),
        line_of("head =", text),
        *[line_of('"level', text)] * 2,
    ]
    remedies = [finding.remedy for finding in read(text).findings]
    assert remedies[1] == "Did you mean 'summary'?"
    assert remedies[0].startswith("Add summary =")
    assert any("Did you mean 'noun'?" in remedy for remedy in remedies)


def test_slots_are_looked_at_where_answers_are_of_no_use() -> None:
    text = changed(("answers =", "anwsers ="), (LEVEL, '"level(<nuon>)\\n<head><function>(x"'))
    assert [line for line, _ in said(text)] == [
        1,
        line_of("anwsers", text),
        line_of('"level', text),
    ]


def test_too_few_templates_and_pairs_are_counted_by_split() -> None:
    last = '    "<noun> = limit(<digit>)\\n<head><function>(x",\n'
    text = changed((last, ""), (LEVEL, '"print(print)\\n<head>run(x"'))
    test = line_of("test = [", text)
    assert said(text)[:2] == [
        (line_of("[templates]", text), "There are 9 templates."),
        (test, "There are 2 templates in the test split."),
    ]
    few = changed(
        ('"score(<noun>, <digit>)\\n<head><function>(x"', '"score(1)\\n<head><function>(x"'),
        (LEVEL, '"level(1)\\n<head><function>(x"'),
        (last, '    "limit(1)\\n<head><function>(x",\n'),
    )
    assert said(few) == [(line_of("test = [", few), "The test split gives 30 distinct pairs.")]


def test_answers_that_slots_make_equal_are_found() -> None:
    equal = (ABOUT + SETTING).replace('["\')\\n", "\\")\\n"]', '["<adj>", "<last>"]') + (
        'words = { last = ["new"], adj = ["new", "old"] }\n'
    )
    equal = equal.replace("<adj> <thing>", "<adj> <last> <thing>")
    assert (line_of("answers", equal), "The first and the second answer are both 'new'.") in said(
        equal
    )


def test_templates_come_from_one_place() -> None:
    both = changed(("[decide]", 'settings = "block"\n[decide]'))
    assert said(both)[0] == (line_of("settings", both), "There are templates and also settings.")
    neither = EXAMPLE[: EXAMPLE.index("[templates]")]
    assert said(neither)[0] == (1, "There are no templates.")
    half = ABOUT + SETTING.replace('settings = "block"\n', "")
    assert said(half)[0] == (line_of("cores", half), "There are cores only.")
    unknown = ABOUT + SETTING.replace('"block"', '"blok"')
    assert said(unknown)[0] == (line_of("settings", unknown), "There is no setting 'blok'.")
    assert read(unknown).findings[0].remedy == "Did you mean 'block'?"


def test_a_template_without_enough_words_for_its_labels_is_named() -> None:
    text = changed(
        ("function = [", 'two = ["a", "b"]\nfunction = ['),
        (LEVEL, '"<two.x><two.y><two.z>\\n<head><function>(x"'),
    )
    assert said(text) == [
        (
            line_of('"<two.x>', text),
            "The template '<two.x><two.y><two.z>\\n<head><function>(x' cannot be filled.",
        )
    ]


def test_slots_without_number_are_filled_all_the_same() -> None:
    kinds = ("noun", "digit", "verb", "thing", "adj", "cls", "plural", "attr", "swap", "loop")
    many = " ".join(f"<{kind}.a> <{kind}.b>" for kind in kinds)
    file = read(changed((LEVEL, f'"{many}\\n<head><function>(x"')))
    assert not file.errors
    assert file.task is not None
    assert len(file.task.fillings(Split.TEST, 200)) == 200


def test_too_many_templates_are_not_looked_at_one_by_one() -> None:
    lines = ",\n".join(f'"a{number}<head>"' for number in range(500))
    assert [message for _, message in said(changed((LEVEL, lines)))] == ["There are 509 templates."]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'name = "a"\ntitle = "b\n', 2, "Illegal character '\\n'."),
        (b"name = 'a'\nname = 'b'\n", 2, "Cannot overwrite a value."),
        (b"# ok\nname = '\xff'\n", 2, "Byte 0xff is no UTF-8."),
        (b"#" * (MAX_BYTES + 1), 1, f"The file has more than {MAX_BYTES} bytes."),
        (b"a = [\n1,\n", 2, "Invalid value."),
        (b"", 1, "The key 'answers' is missing."),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(content: bytes, line: int, message: str) -> None:
    first = read_task_file(content).findings[0]
    assert first.line == line
    assert first.message == message


def test_a_finding_is_written_as_compilers_do() -> None:
    text = changed(("answers =", "anwsers ="))
    findings = [finding.at("mine.toml") for finding in read(text).findings]
    assert findings[1].startswith(
        f"mine.toml:{line_of('anwsers', text)}: The key 'anwsers' is unknown. A task has the keys "
    )
    assert findings[1].endswith("Did you mean 'answers'?")
    warning = read(changed(('"start"]', '"start", "run"]'))).findings[0]
    assert warning.at("a.toml").startswith("a.toml:")
    assert ": warning: The word 'run' is listed again." in warning.at("a.toml")
