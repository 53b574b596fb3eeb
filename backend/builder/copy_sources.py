"""What COPY and ADD take: sources found in a tree, and their digests for the cache.

Source: the classic builder's `copy.go`. Unlike there, links in folders count as themselves and not as what
they lead to: one that leads nowhere and is changed is noticed.
"""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.builder import tar_sums
from backend.builder.path_patterns import clean, has_wildcards, name_expression
from backend.builder.source_tree import FOLDER, Node, SourceTree, resolve, walk
from backend.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to copy. `path` is as it was asked for, `real_path` where its links lead.

    `plain` files are never unpacked, whatever they hold.
    """

    tree: SourceTree
    path: str
    real_path: str
    node: Node
    digest: str
    plain: bool = False


def find_sources(tree: SourceTree, word: str, *, from_image: bool, literal: bool = False) -> list[Source]:
    """Return what a word of an instruction names; `literal` words have no wildcards. Blocking.

    Raises InvalidParameterError in dockerd's words.
    """
    if not from_image:
        _check_inside(word)
    path = word if literal else word.removeprefix("/").removeprefix("./")
    if not literal and has_wildcards(path):
        return list(_matching(tree, path))
    return [_source(tree, path, from_image=from_image)]


def joint_digest(sources: Sequence[Source]) -> str:
    """Return one digest for all sources of an instruction."""
    if len(sources) == 1:
        return sources[0].digest
    return f"multi:{tar_sums.joined(source.digest for source in sources)}"


def _check_inside(word: str) -> None:
    cleaned = clean(word)
    if cleaned == ".." or cleaned.startswith("../"):
        raise InvalidParameterError(f"forbidden path outside the build context: {word} ()")


def _matching(tree: SourceTree, pattern: str) -> Iterator[Source]:
    expression = name_expression(pattern)
    if expression is None:
        return
    for path, _ in walk(tree):
        if expression.fullmatch(path):
            yield _source(tree, path, from_image=True)


def _source(tree: SourceTree, path: str, *, from_image: bool) -> Source:
    real_path = resolve(tree, path)
    node = tree.look(real_path)
    if node is None:
        shown = path.rstrip("/") or "/"
        missing = f"stat {shown}: file does not exist"
        if from_image:
            raise InvalidParameterError(missing)
        raise InvalidParameterError(
            f"file not found in build context or excluded by .dockerignore: {missing}"
        )
    if node.kind != FOLDER:
        return Source(tree, path, real_path, node, f"file:{tree.digest(real_path, node)}")
    below = [tree.digest(inner, item) for inner, item in walk(tree, real_path)]
    if real_path:
        below.append(tree.digest(real_path, node))
    return Source(tree, path, real_path, node, f"dir:{tar_sums.joined(sorted(below))}")


def last_name(path: str) -> str:
    """Return a path's last part, as files that are copied into a folder are called."""
    return posixpath.basename(path.rstrip("/"))
