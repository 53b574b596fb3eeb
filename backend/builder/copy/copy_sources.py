"""What COPY and ADD take: sources found in a tree, and their digests for the cache.

Source: the classic builder's `copy.go`. Unlike there, links in folders count as themselves and not as what
they lead to: one that leads nowhere and is changed is noticed.
"""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backend.builder.cache import tar_sums
from backend.builder.copy.filtered_tree import FilteredTree
from backend.builder.copy.path_patterns import (
    IgnorePattern,
    PathExpression,
    clean,
    deep_expression,
    excludes,
    has_wildcards,
    name_expression,
)
from backend.builder.copy.source_tree import FOLDER, Node, SourceTree, resolve, walk
from backend.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to copy. `path` is as it was asked for, `real_path` where its links lead.

    `plain` files are never unpacked, whatever they hold. `above` are the folders that it keeps when parents
    are kept.
    """

    tree: SourceTree
    path: str
    real_path: str
    node: Node
    digest: str
    plain: bool = False
    above: str = ""


class NotInContextError(InvalidParameterError):
    """A source that the build's context does not have, at `path` where its links lead."""

    def __init__(self, shown: str, path: str) -> None:
        super().__init__(
            f"file not found in build context or excluded by .dockerignore: stat {shown}: file does not exist"
        )
        self.path = path


def find_sources(
    tree: SourceTree,
    word: str,
    *,
    from_image: bool,
    literal: bool = False,
    excluded: Sequence[IgnorePattern] = (),
    keeps_parents: bool = False,
    as_buildkit: bool = False,
) -> list[Source]:
    """Return what a word of an instruction names; `literal` words have no wildcards. Blocking.

    For BuildKit nothing leads out of a context: its root is above itself.

    What `excluded` patterns fit, seen from the source itself, is left out. Raises InvalidParameterError in
    dockerd's words.
    """
    if as_buildkit and ".." in word.split("/"):
        word = posixpath.normpath(f"/{word}")
    if not from_image:
        _check_inside(word)
    path = word if literal else word.removeprefix("/").removeprefix("./")
    if keeps_parents:
        path = clean(path)
    if not literal and has_wildcards(path):
        expression = deep_expression(path) if keeps_parents else name_expression(path)
        found = list(_matching(tree, expression)) if expression is not None else []
    else:
        found = [_source(tree, path, from_image=from_image)]
    if excluded:
        found = [kept for source in found if (kept := _without(source, excluded)) is not None]
    if keeps_parents:
        return [replace(source, above=_above(word, source.path)) for source in found]
    return found


def _without(source: Source, excluded: Sequence[IgnorePattern]) -> Source | None:
    """Return a source without what the patterns fit, None when nothing of it is left."""
    if source.node.kind != FOLDER:
        return None if excludes(excluded, last_name(source.path)) else source
    tree = FilteredTree(source.tree, source.real_path, excluded)
    return replace(source, tree=tree, digest=_folder_digest(tree, source.real_path, source.node))


def _above(word: str, path: str) -> str:
    """Return the folders above a source that it keeps: those behind `/./`, if the word has that."""
    before, pivot, _ = word.partition("/./")
    left_out = len([part for part in before.split("/") if part not in ("", ".")]) if pivot else 0
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[left_out:-1])


def joint_digest(sources: Sequence[Source]) -> str:
    """Return one digest for all sources of an instruction."""
    if len(sources) == 1:
        return sources[0].digest
    return f"multi:{tar_sums.joined(source.digest for source in sources)}"


def _check_inside(word: str) -> None:
    cleaned = clean(word)
    if cleaned == ".." or cleaned.startswith("../"):
        raise InvalidParameterError(f"forbidden path outside the build context: {word} ()")


def _matching(tree: SourceTree, expression: PathExpression) -> Iterator[Source]:
    for path, _ in walk(tree):
        if expression.fits(path):
            yield _source(tree, path, from_image=True)


def _source(tree: SourceTree, path: str, *, from_image: bool) -> Source:
    real_path = resolve(tree, path)
    node = tree.look(real_path)
    if node is None:
        shown = path.rstrip("/") or "/"
        if from_image:
            raise InvalidParameterError(f"stat {shown}: file does not exist")
        raise NotInContextError(shown, real_path)
    if node.kind != FOLDER:
        return Source(tree, path, real_path, node, f"file:{tree.digest(real_path, node)}")
    return Source(tree, path, real_path, node, _folder_digest(tree, real_path, node))


def _folder_digest(tree: SourceTree, path: str, node: Node) -> str:
    below = [tree.digest(inner, item) for inner, item in walk(tree, path)]
    if path:
        below.append(tree.digest(path, node))
    return f"dir:{tar_sums.joined(sorted(below))}"


def last_name(path: str) -> str:
    """Return a path's last part, as files that are copied into a folder are called."""
    return posixpath.basename(path.rstrip("/"))
