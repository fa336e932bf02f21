"""The rules of the house as functions: they take modules and yield one sentence for each breach."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

FLOORS = ("bot", "handlers", "storage", "media")
BELOW = {
    "bot": frozenset(FLOORS),
    "handlers": frozenset({"handlers", "storage", "media"}),
    "storage": frozenset({"storage"}),
    "media": frozenset({"media"}),
}
DOORS: Mapping[str, tuple[str, ...]] = {  # a library, and how the paths of the files begin that may import it
    "aiogram": ("bot/channels/telegram",),
    "wechatpy": ("bot/channels/wechat",),
    "telegram": ("bot/desks/telegram",),
    "sqlalchemy": ("storage/",),
    "alembic": ("storage/",),
    "aiosqlite": ("storage/",),
    "psycopg": ("storage/engines/",),
    "PIL": ("media/",),
    "pydantic": ("handlers/policy/", "bot/channels/telegram"),  # aiogram's models are its
    "aiohttp": ("bot/",),
    "dotenv": ("bot/env_file.py",),
}
ORDER: tuple[tuple[str, ...], ...] = (  # rooms from the bottom to the top; those of one row do not know each other
    ("storage.tables", "storage.engines"),
    ("storage.seals",),
    ("storage",),
    (
        "storage.desk",
        "storage.fulfilment",
        "storage.imports",
        "storage.money",
        "storage.platforms",
        "storage.operations",
        "storage.reports",
    ),
    ("storage.privacy",),
    ("handlers.messages", "handlers.orders"),
    ("handlers.nlu.text",),
    ("handlers.nlu",),
    ("handlers.nlu.lists",),
    ("handlers.nlu.models",),
    ("handlers.policy",),
    ("handlers.context",),
    ("handlers.claims", "handlers.costs", "handlers.reports"),
    ("handlers.tickets", "handlers.dialogue"),
    ("handlers.dialogue.lists", "handlers.fulfilment"),
    ("handlers.cases",),
    ("handlers.desk", "handlers.turn"),
    ("bot.env_file", "bot.setting_shapes", "bot.redaction"),
    ("bot.settings", "bot.logs"),
    ("bot.channels", "bot.measures"),
    ("bot.runtime",),
    ("bot.operations",),
    ("bot.channels.telegram", "bot.channels.wechat", "bot.webhooks"),
    ("bot.desks.telegram", "bot.sandbox"),
    ("bot.doors",),
    ("bot.app",),
    ("bot.errors",),
    ("bot.commands",),
    ("bot.__main__",),
)
MOST_FILES = 20
NONE: Mapping[str, str] = MappingProxyType({})
NO_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})
LONGEST_FUNCTION = 50
LONGEST_FILE = 300
CLOCK = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
CHANCE = frozenset({"secrets", "uuid"})
INPUT = frozenset({"open", "print", "input"})
INPUT_METHODS = frozenset({"open", "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "glob"})
WORD = re.compile(r"\w+")
BARE = re.compile(r"except\s*:")  # a text without a word of the rule is not walked
DETOUR = re.compile("TYPE_CHECKING|environ|getenv")


@dataclass(frozen=True)
class Module:
    """A source file by its path from the root, as `handlers/claims/claim.py`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @property
    def floor(self) -> str:
        return self.path.split("/")[0]

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def imports(self) -> tuple[tuple[int, str], ...]:
        """Return line and full dotted name of everything imported, lazily or not; `from a import b` gives `a.b`."""
        found: list[tuple[int, str]] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                within = self.name.split(".")[: -node.level] if node.level else []
                start = ".".join([*within, *([node.module] if node.module else [])])
                found += [(node.lineno, f"{start}.{alias.name}") for alias in node.names]
            elif isinstance(node, ast.Call) and _dotted(node.func).rpartition(".")[2] in (
                "import_module",
                "__import__",
            ):
                found += [(node.lineno, str(arg.value)) for arg in node.args[:1] if isinstance(arg, ast.Constant)]
        return tuple(found)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def floors(modules: Sequence[Module]) -> Iterator[str]:
    """Imports point down only."""
    for module in modules:
        for line, name in module.imports:
            floor = name.split(".")[0]
            if (floor in FLOORS or floor == "tests") and floor not in BELOW[module.floor]:
                yield f"{module.path}:{line} imports {name}: {module.floor} may not know {floor}"


def rooms(modules: Sequence[Module]) -> Iterator[str]:
    """A room imports the rooms below it in ORDER only, and every module lies in a room of ORDER."""
    height = {room: row for row, beside in enumerate(ORDER) for room in beside}
    for module in modules:
        own = _room(module.name, height)
        if own is None:
            if module.floor in ("bot", "handlers") and not module.path.endswith("__init__.py"):
                yield f"{module.path} lies in no room of ORDER"
            continue
        for line, name in module.imports:
            room = _room(name, height)
            if room and room != own and height[room] >= height[own]:
                yield f"{module.path}:{line} imports {name}: {own} may not know {room}"


def _room(name: str, height: Mapping[str, int]) -> str | None:
    """Return the room with the longest name that a module's dotted name begins with."""
    while name and name not in height:
        name = name.rpartition(".")[0]
    return name or None


def doors(modules: Sequence[Module], allowed: Mapping[str, str] = NONE) -> Iterator[str]:
    """Each library is imported behind its door only; `allowed` has the exceptions as path -> reason."""
    for module in modules:
        for line, name in module.imports:
            door = DOORS.get(name.split(".")[0])
            if door and not module.path.startswith(door) and module.path not in allowed:
                yield f"{module.path}:{line} imports {name}: only {', '.join(door)} may"


def async_only_in_bot(modules: Sequence[Module], allowed: Mapping[str, str] = NONE) -> Iterator[str]:
    """handlers, storage and media are synchronous."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    for module in modules:
        if module.floor == "bot" or module.path in allowed:
            continue
        for node in module.nodes:
            if isinstance(node, kinds):
                yield f"{module.path}:{node.lineno} is asynchronous: that belongs into bot/"
        for line, name in module.imports:
            if name.split(".")[0] == "asyncio" or name.startswith("sqlalchemy.ext.asyncio"):
                yield f"{module.path}:{line} imports {name}: that belongs into bot/"


def given_time_and_chance(modules: Sequence[Module]) -> Iterator[str]:
    """handlers and storage are handed the time and chance: they look at no clock and throw no dice."""
    for module in modules:
        if module.floor not in ("handlers", "storage"):
            continue
        for line, name in module.imports:
            head = name.split(".")[0]
            if head in ("time", *CHANCE) or (head == "random" and name != "random.Random"):
                yield f"{module.path}:{line} imports {name}: time and chance come in as arguments"
        for node in module.nodes:
            if isinstance(node, ast.Call) and _dotted(node.func).endswith(CLOCK):
                yield f"{module.path}:{node.lineno} calls {_dotted(node.func)}: the time comes in as an argument"
            elif isinstance(node, ast.Call) and _dotted(node.func) == "Random":
                yield f"{module.path}:{node.lineno} makes a Random: chance comes in as an argument"


def pure(
    modules: Sequence[Module], root: str, tables: Mapping[str, str] = NONE, below: Mapping[str, str] = NONE
) -> Iterator[str]:
    """What `root` imports on its floor takes only types and constants from below, and reads and writes nothing.

    With reasons: `tables` names the modules that read constants from files, `below` those of the same floor of which
    only types and constants are taken.
    """
    for module in reachable(modules, root, below):
        for line, name in module.imports:
            head, _, last = name.rpartition(".")
            if (head.startswith(("storage", "media")) or head in below) and not last[:1].isupper():
                yield f"{module.path}:{line} imports {name}: {root} may take only types and constants from there"
            if name in below or name.split(".")[0] in ("os", "socket", "subprocess", "shutil", "tempfile", "logging"):
                yield f"{module.path}:{line} imports {name}: {root} reaches it and must stay pure"
        for node in module.nodes if module.name not in tables else ():
            if isinstance(node, ast.Call) and _reads(node.func):
                yield f"{module.path}:{node.lineno} reads or writes: {root} reaches it and must stay pure"


def _reads(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in INPUT
    return isinstance(called, ast.Attribute) and called.attr in INPUT_METHODS


def reachable(modules: Sequence[Module], root: str, but: Mapping[str, str] = NONE) -> list[Module]:
    """Return `root` and every module of its floor that it imports, directly or not by way of `but`."""
    by_name = {module.name: module for module in modules}
    links = graph(modules)
    seen: list[str] = []
    queue = [root]
    while queue:
        name = queue.pop()
        if name not in seen and name not in but and by_name[name].floor == root.split(".")[0]:
            seen.append(name)
            queue += links[name]
    return [by_name[name] for name in seen]


def graph(modules: Sequence[Module]) -> dict[str, list[str]]:
    """Return for each module the modules of the project that it imports."""
    names = {module.name for module in modules}
    links = {}
    for module in modules:
        found = [name if name in names else name.rpartition(".")[0] for _, name in module.imports]
        links[module.name] = sorted({name for name in found if name in names and name != module.name})
    return links


def circles(modules: Sequence[Module]) -> Iterator[str]:
    """No module imports itself by way of others, lazily or not."""
    links = graph(modules)
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            yield " -> ".join([*path[path.index(name) :], name])
        elif name not in done:
            for other in links[name]:
                yield from walk(other, (*path, name))
            done.add(name)

    for name in links:
        yield from walk(name, ())


def detours(modules: Sequence[Module]) -> Iterator[str]:
    """No TYPE_CHECKING, and no environment outside bot/settings.py."""
    for module in modules:
        for node in module.nodes if DETOUR.search(module.text) else ():
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            said = _dotted(node)
            if said.endswith("TYPE_CHECKING"):
                yield f"{module.path}:{node.lineno} uses TYPE_CHECKING: move what both need to a room below"
            if said in ("os.environ", "os.getenv", "os.environb") and module.path != "bot/settings.py":
                yield f"{module.path}:{node.lineno} reads the environment: that is bot/settings.py's"
        for line, name in module.imports:
            if name in ("os.environ", "os.getenv") and module.path != "bot/settings.py":
                yield f"{module.path}:{line} reads the environment: that is bot/settings.py's"


def sizes(modules: Sequence[Module], allowed: Mapping[str, str] = NONE) -> Iterator[str]:
    """Files of at most 300 lines, functions of at most 50."""
    for module in modules:
        lines = module.text.count("\n")
        if lines > LONGEST_FILE and module.path not in allowed:
            yield f"{module.path} has {lines} lines, more than {LONGEST_FILE}"
        for node in module.nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{module.path}:{node.lineno} {node.name} has {length} lines, more than {LONGEST_FUNCTION}"


def crowds(modules: Sequence[Module]) -> Iterator[str]:
    """A folder holds at most 20 files of code."""
    folders: dict[str, int] = {}
    for module in modules:
        folder = module.path.rpartition("/")[0]
        folders[folder] = folders.get(folder, 0) + 1
    for folder, files in folders.items():
        if files > MOST_FILES:
            yield f"{folder} has {files} files, more than {MOST_FILES}"


def unused(modules: Sequence[Module], allowed: Mapping[str, str] = NONE) -> Iterator[str]:
    """Every function, class and constant of a module is used by the program itself, not by tests alone."""
    used: set[str] = set()
    names = {module.name: _names(module) for module in modules}
    for module in modules:
        for node, within in _expressions(module.tree, ""):
            full = _full(node, module.name, names)
            if full != f"{module.name}.{within}":
                used.add(full)
    for module in modules:
        for name, line in _defined(module.tree):
            full = f"{module.name}.{name}"
            if "/migrations/" in module.path:
                continue  # the library calls them
            if full not in used and not name.startswith("__") and not {module.path, full} & allowed.keys():
                yield f"{full} ({module.path}:{line}) is used by nothing but tests"


def _names(module: Module) -> dict[str, str]:
    """Return the full dotted name behind each imported name of a module."""
    found: dict[str, str] = {}
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return found


def _expressions(node: ast.AST, within: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield every name and attribute that is read, with the function or class of the module around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Name, ast.Attribute)) and isinstance(child.ctx, ast.Load):
            yield child, within
        named = child.name if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else ""
        yield from _expressions(child, within or named)


def _full(node: ast.AST, module: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """Return the full name of what is read; what a module imports from another one has the other one's name."""
    head, _, rest = _dotted(node).partition(".")
    full = names[module].get(head, f"{module}.{head}")
    owner, _, name = full.rpartition(".")
    full = names.get(owner, {}).get(name, full)  # a package's face gives on what lies in its modules
    for part in rest.split(".") if rest else ():
        full = names.get(full, {}).get(part, f"{full}.{part}")
    return full


def _defined(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node.lineno
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.lineno) for target in targets if isinstance(target, ast.Name))


def captions(modules: Sequence[Module]) -> Iterator[str]:
    """Every module says in one sentence what it is, and no file name says nothing."""
    for module in modules:
        first = (ast.get_docstring(module.tree) or "").split("\n\n")[0]
        if not first.endswith((".", "!", "?")):
            yield f"{module.path} has no caption: begin it with one sentence"
        if NO_NAMES & set(module.path.removesuffix(".py").replace("/", "_").split("_")):
            yield f"{module.path} has a name that says nothing"


def broad(modules: Sequence[Module], allowed: Mapping[str, str] = NONE) -> Iterator[str]:
    """Everything is caught only in the supervised places, named as `path function`; cleaning up and raising is free."""
    for place, line in broad_places(modules):
        if place not in allowed:
            yield f"{place} (line {line}) catches everything"


def broad_places(modules: Sequence[Module]) -> Iterator[tuple[str, int]]:
    """Yield where everything is caught, as `path function`, and the line."""
    for module in modules:
        if "Exception" in module.text or BARE.search(module.text):
            yield from _broad(module.tree, module.path, "")


def _broad(node: ast.AST, path: str, inside: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ExceptHandler, ast.Call)) and _catches_everything(child):
            yield f"{path} {inside}".strip(), child.lineno
        named = child.name if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside
        yield from _broad(child, path, named)


def _catches_everything(node: ast.ExceptHandler | ast.Call) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return _everything(node.type) and not _raises_again(node)
    return _dotted(node.func).endswith("suppress") and any(_everything(arg) for arg in node.args)


def _everything(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or _dotted(one) in ("Exception", "BaseException") for one in kinds)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def tests_apart(modules: Sequence[Module]) -> Iterator[str]:
    """No file imports a test file, and what tests share lies in tests/support."""
    names = {module.name.rpartition(".")[2] for module in modules if _is_test(module)}
    for module in modules:
        for line, name in module.imports if names & set(WORD.findall(module.text)) else ():
            if names & set(name.split(".")):
                yield f"{module.path}:{line} imports {name}: move what both need to tests/support"
        if not (_is_test(module) or module.path.startswith("tests/support/") or module.path.endswith("conftest.py")):
            yield f"{module.path} is no test: move it to tests/support"


def _is_test(module: Module) -> bool:
    return module.path.rpartition("/")[2].startswith("test_")
