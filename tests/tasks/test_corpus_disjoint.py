"""The corpus teaches every task's rule, and never with a test template."""

import re

import pytest

from tasks import Split, Task, all_tasks
from tasks.templates import SLOT, PairTemplate, pattern

RULE_DOCUMENTS = 3000
TASKS = pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)


@TASKS
def test_test_templates_do_not_occur_in_the_corpus(task: Task, documents: list[str]) -> None:
    corpus = "\n\0\n".join(documents)
    for template in task.split_templates[Split.TEST]:
        for side in template.sides():
            # A side whose longest literal part is absent cannot match: most need no slow search.
            if max(SLOT.split(side)[:: SLOT.groups + 1], key=len) not in corpus:
                continue
            found = pattern(side).search(corpus)
            assert found is None, f"{template.prompt!r} occurs in the corpus: {found[0]!r}"


def words_pattern(template: PairTemplate, side: str) -> re.Pattern[str]:
    """The fillings of one side at the beginning of a line, slots as named groups."""
    parts, end, seen = [r"(?m:^) *"], 0, set()
    for match in SLOT.finditer(side):
        parts.append(re.escape(side[end : match.start()]))
        group = f"{match[1]}_{match[2] or ''}"
        words = "|".join(re.escape(word) for word in template.words[match[1]])
        parts.append(f"(?P={group})" if group in seen else f"(?P<{group}>{words})")
        seen.add(group)
        end = match.end()
    return re.compile("".join([*parts, re.escape(side[end:])]))


def followed_by(template: PairTemplate, match: re.Match[str]) -> int | None:
    """Which of the two answers the text after a match is; the longer one is tried first."""
    groups = match.groupdict()

    def word(slot: re.Match[str]) -> str:
        return groups.get(f"{slot[1]}_{slot[2] or ''}") or slot[0]

    texts = [SLOT.sub(word, answer) for answer in template.answers]
    for index in sorted((0, 1), key=lambda index: -len(texts[index])):
        if match.string.startswith(texts[index], match.end()):
            return index
    return None


@TASKS
def test_the_corpus_follows_the_rule_of_the_task(task: Task, documents: list[str]) -> None:
    """Wherever a prompt occurs and one of its two answers follows, it is the right one."""
    corpus = "".join(documents[:RULE_DOCUMENTS])
    right, wrong = [0, 0], [0, 0]
    for template in task.split_templates[Split.TRAIN]:
        for side_index, side in enumerate(template.sides()):
            for match in words_pattern(template, side).finditer(corpus):
                follows = followed_by(template, match)
                if follows is not None:
                    (right if follows == side_index else wrong)[side_index] += 1
    assert min(right) >= 20, f"the corpus hardly shows {task.name}: {right} examples"
    assert sum(wrong) == 0, f"the corpus contradicts {task.name}: {wrong} against {right}"
