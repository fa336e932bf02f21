"""Which keys of a policy the code reads: a small type inference over the house's own annotations.

A value is followed from where an annotation names a class of the policy (a parameter, a field, what a function
returns) through attributes, loops and assignments. So `problem.photos` counts for the policy's problem types only where
`problem` is one of them, not where it is a draft's problem.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from house_rules import Module

from handlers.policy.shape import Key, keys

ROOM = "handlers/policy/"
CHECKS = frozenset(f"{ROOM}{name}.py" for name in ("consistency", "content", "diff", "loader", "schema", "words"))
"""What only checks, writes or compares keys: that is no use of them."""
PASSES_ON = frozenset({"get", "values", "items", "pop", "copy"})
SAME = frozenset(
    {"dict", "enumerate", "filter", "iter", "list", "next", "replace", "reversed", "set", "sorted", "tuple", "zip"}
)
Tags = frozenset[type]
NOTHING: Tags = frozenset()


def paths(root: type) -> dict[str, tuple[type, str]]:
    """Return the class and attribute of every key below a class, by its path; * stands for any code."""
    found: dict[str, tuple[type, str]] = {}

    def walk(table: Any, path: str) -> None:
        if isinstance(table, Key):
            walk(table.table, f"{path}.*")
        elif isinstance(table, type):
            for name, key in keys(table).items():
                inner = f"{path}.{name}".lstrip(".")
                found[inner] = (table, key.attribute)
                walk(key.table, inner)

    walk(root, "")
    return found


def unread(found: Iterable[tuple[type, str]], root: type) -> list[str]:
    """Return the paths of the keys below a class that are not among the reads that were found."""
    seen = {(_owner(one, name), name) for one, name in found}
    return [path for path, (table, name) in paths(root).items() if (_owner(table, name), name) not in seen]


def _owner(table: type, name: str) -> type:
    """Return the first base that has a key: a subclass that says more of it means the same key."""
    return next((one for one in reversed(table.__mro__) if name in vars(one).get("__annotations__", ())), table)


def reads(modules: Sequence[Module], classes: Iterable[type]) -> set[tuple[type, str]]:
    """Return every (class, attribute) that modules read of these classes, their bases and subclasses."""
    family = {base for one in classes for base in one.__mro__ if base is not object}
    for one in tuple(family):
        family.update(type.__subclasses__(one))
    told = _Told({(one.__module__, one.__name__): one for one in family})
    for module in modules:
        told.listen(module)
    for module in modules:
        if module.path not in CHECKS:
            _Scope(told, told.known(module)).all(module.tree.body)
    return told.found


@dataclass(slots=True)
class _Told:
    """What annotations tell, and what was found."""

    classes: Mapping[tuple[str, str], type]
    found: set[tuple[type, str]] = field(default_factory=set)
    returns: dict[str, Tags] = field(default_factory=lambda: defaultdict(frozenset))
    fields: dict[str, Tags] = field(default_factory=lambda: defaultdict(frozenset))

    def known(self, module: Module) -> dict[str, type]:
        """Return the classes that a module knows, by the names it uses."""
        by_name = {name: one for (_, name), one in self.classes.items()}
        known = {name: one for (place, name), one in self.classes.items() if place == module.name}
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                room = (node.module or "").startswith("handlers.policy")
                for alias in node.names:
                    one = self.classes.get((node.module or "", alias.name)) or (room and by_name.get(alias.name))
                    if one:
                        known[alias.asname or alias.name] = one
        return known

    def listen(self, module: Module) -> None:
        """Note what functions return and what fields hold; the policy's own fields are known from its classes."""
        known = self.known(module)
        for node in module.nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.returns[node.name] |= named(node.returns, known)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and ROOM not in module.path:
                self.fields[node.target.id] |= named(node.annotation, known)


def named(annotation: ast.expr | None, known: Mapping[str, type]) -> Tags:
    """Return the known classes that an annotation names."""
    nodes = ast.walk(annotation) if annotation else ()
    words = [node.id if isinstance(node, ast.Name) else getattr(node, "value", "") for node in nodes]
    return frozenset(known[word] for word in words if isinstance(word, str) and word in known)


def _below(tag: type, attribute: str) -> Tags:
    """Return what stands at an attribute of a table."""
    table: Any = next((key.table for key in keys(tag).values() if key.attribute == attribute), None)
    while isinstance(table, Key):
        table = table.table
    return frozenset({table}) if isinstance(table, type) else NOTHING


class _Scope:
    """The names of one scope that hold a table of the policy, or a collection of such tables."""

    def __init__(self, told: _Told, known: Mapping[str, type], names: Mapping[str, Tags] | None = None) -> None:
        self.told, self.known, self.names = told, known, dict(names or {})

    def of(self, node: ast.AST | None) -> Tags:
        """Return which tables a piece of code may be."""
        if node is None:
            return NOTHING
        special = getattr(self, f"_{type(node).__name__.lower()}", None)
        if special:
            return special(node)
        inner = self.all(ast.iter_child_nodes(node))
        return (
            inner if isinstance(node, (ast.BoolOp, ast.Tuple, ast.List, ast.Set, ast.Starred, ast.Await)) else NOTHING
        )

    def all(self, nodes: Iterable[ast.AST]) -> Tags:
        """Return which tables any of these may be."""
        return frozenset(tag for node in list(nodes) for tag in self.of(node))

    def _bind(self, target: ast.AST, tags: Tags) -> Tags:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.names[node.id] = self.names.get(node.id, NOTHING) | tags
        return tags

    def _name(self, node: ast.Name) -> Tags:
        return self.names.get(node.id, NOTHING)

    def _attribute(self, node: ast.Attribute) -> Tags:
        tags = self.of(node.value)
        if not tags:
            return self.told.fields[node.attr] | self.told.returns[node.attr]
        own = [tag for tag in tags if hasattr(tag, node.attr)]
        if not own:
            return tags if node.attr in PASSES_ON else NOTHING
        if isinstance(node.ctx, ast.Load):
            self.told.found |= {(tag, node.attr) for tag in own}
        return frozenset(one for tag in own for one in _below(tag, node.attr)) | self.told.returns[node.attr]

    def _call(self, node: ast.Call) -> Tags:
        given = self.all([*node.args, *(keyword.value for keyword in node.keywords)])
        if not isinstance(node.func, ast.Name):
            return self.of(node.func)
        return given if node.func.id in SAME else self.told.returns[node.func.id] | self.of(node.func)

    def _subscript(self, node: ast.Subscript) -> Tags:
        self.of(node.slice)
        return self.of(node.value)

    def _ifexp(self, node: ast.IfExp) -> Tags:
        self.of(node.test)
        return self.all([node.body, node.orelse])

    def _assign(self, node: ast.Assign) -> Tags:
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=False):
                    self._bind(one, self.of(value))
            else:
                self._bind(target, self.of(node.value))
        return NOTHING

    def _annassign(self, node: ast.AnnAssign) -> Tags:
        return self._bind(node.target, self.of(node.value) | named(node.annotation, self.known))

    def _namedexpr(self, node: ast.NamedExpr) -> Tags:
        return self._bind(node.target, self.of(node.value))

    def _for(self, node: ast.For) -> Tags:
        self._bind(node.target, self.of(node.iter))
        return self.all([*node.body, *node.orelse])

    def _comprehension(self, node: ast.comprehension) -> Tags:
        self._bind(node.target, self.of(node.iter))
        return self.all(node.ifs)

    def _generatorexp(self, node: ast.GeneratorExp | ast.ListComp | ast.SetComp) -> Tags:
        self.all(node.generators)
        return self.of(node.elt)

    _listcomp = _setcomp = _generatorexp

    def _dictcomp(self, node: ast.DictComp) -> Tags:
        self.all([*node.generators, node.key])
        return self.of(node.value)

    def _dict(self, node: ast.Dict) -> Tags:
        return self.all(node.values)

    def _classdef(self, node: ast.ClassDef) -> Tags:
        own = frozenset({self.known[node.name]}) if node.name in self.known else NOTHING
        return _Scope(self.told, self.known, {**self.names, "self": own}).all(node.body)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Tags:
        inner = _Scope(self.told, self.known, self.names)
        inner._take(node.args)
        inner.all(node.body)
        inner.all(node.body)  # again: what the end of a loop assigns is known at its beginning
        return NOTHING

    _asyncfunctiondef = _functiondef

    def _lambda(self, node: ast.Lambda) -> Tags:
        inner = _Scope(self.told, self.known, self.names)
        inner._take(node.args)
        return inner.of(node.body)

    def _take(self, arguments: ast.arguments) -> None:
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if one.annotation or one.arg != "self":
                self.names[one.arg] = named(one.annotation, self.known)


def asked_for(modules: Sequence[Module], attribute: str) -> set[str]:
    """Return the texts that modules look for in a list, `"item" in kind.collects`; also those that a caller names."""
    found: set[str] = set()
    askers: dict[str, int] = {}  # a function whose parameter is looked for, and the parameter's place
    for module in modules:
        for function in (node for node in module.nodes if isinstance(node, ast.FunctionDef)):
            names = [one.arg for one in function.args.args]
            for node in ast.walk(function):
                if isinstance(node, ast.Compare) and any(
                    isinstance(one, ast.Attribute) and one.attr == attribute for one in node.comparators
                ):
                    if isinstance(node.left, ast.Constant):
                        found.add(str(node.left.value))
                    elif isinstance(node.left, ast.Name) and node.left.id in names:
                        askers[function.name] = names.index(node.left.id)
    for module in modules:
        for node in module.nodes:
            if not isinstance(node, ast.Call):
                continue
            place = askers.get(getattr(node.func, "id", ""))
            given = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(given, ast.Constant):
                found.add(str(given.value))
    return found


def constants(modules: Sequence[Module], *, but: str = "") -> set[str]:
    """Return every text in the code of modules, but for what is assigned to one name."""
    found: set[str] = set()
    for module in modules:
        skipped = {
            inner
            for node in module.nodes
            if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == but for target in node.targets)
            for inner in ast.walk(node)
        }
        found |= {
            node.value
            for node in module.nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped
        }
    return found
