"""The programs of submissions that try to get marks that their answers do not earn, or to do harm.

Each stands in the cell of the first question of the small assignment, whose second question is answered rightly. None
of them knows the answer to the first. Words between @ are replaced by places: see `attacks.Places`.
"""

# ruff: noqa: E501  (programs in strings)
from __future__ import annotations

WRONG = "def l1_norm(b):\n    return -1.0\n"

MARKUP = "markup in what is shown"  # aimed at the feedback page

PROGRAMS = {
    "raises at import": "raise RuntimeError('no')",
    "syntax error": "def l1_norm(b:\n    return",
    "endless loop": "while True:\n    pass",
    "endless loop that catches everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "endless loop in a call": "def l1_norm(b):\n    while True:\n        pass",
    "leaves in a cell": "import os\nos._exit(0)",
    "leaves in a call": "import os\ndef l1_norm(b):\n    os._exit(0)",
    "leaves with a smile": "import sys\ndef l1_norm(b):\n    sys.exit(0)",
    "endless loop deaf to signals": (
        "import signal\nfor number in range(1, 65):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\nwhile True:\n    pass"
    ),
    "crashes the interpreter": "import ctypes\nctypes.string_at(0)",
    "crashes the interpreter in a call": "import ctypes\ndef l1_norm(b):\n    ctypes.string_at(0)",
    "recursion without end": "import sys\nsys.setrecursionlimit(10**9)\ndef l1_norm(b):\n    return l1_norm(b)",
    "memory bomb": "hoard = []\nwhile True:\n    hoard.append(bytearray(2**26))",
    "fork bomb": "import os\nfor _ in range(500):\n    try:\n        os.fork()\n    except OSError:\n        break\n"
    + WRONG,
    "thread bomb": (
        "import threading, time\ntry:\n    for _ in range(500):\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\nexcept RuntimeError:\n    pass\n"
    )
    + WRONG,
    "endless output": "while True:\n    print('x' * 10**6)",
    "huge output": "print('x' * 10**8)\n" + WRONG,
    "huge answer": "def l1_norm(b):\n    return [0.0] * 10**7",
    "deep answer": "def l1_norm(b):\n    a = []\n    for _ in range(900):\n        a = [a]\n    return a",
    "fills the disk": "with open('/tmp/fill', 'wb') as f:\n    while True:\n        f.write(bytes(2**20))",
    "patches numpy.testing": (
        "import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None\n" + WRONG
    ),
    "patches numpy": "import numpy as np\nnp.isclose = lambda *a, **k: True\nnp.all = lambda *a, **k: True\n"
    + WRONG,
    "patches builtins": "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.abs = lambda x: 0\n"
    + WRONG,
    "patches the checker": (
        "import course_utils.exercises.types as types\n"
        "types.close = lambda *a, **k: True\ntypes.judge_answer = lambda *a: 1 / 0\n"
    )
    + WRONG,
    "patches the encoder": (
        "import sys\nmain = sys.modules['__main__']\nmain.encode = lambda value: {'passed': True}\n"
        "main.plain = lambda value: value\n"
    )
    + WRONG,
    "input transformer": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\n" + WRONG
    ),
    "transformer of syntax trees": (
        "import ast\nclass Blank(ast.NodeTransformer):\n    def visit_Module(self, node):\n        return ast.Module([], [])\n"
        "get_ipython().ast_transformers.append(Blank())\n"
    )
    + WRONG,
    "runs after every cell": (
        "def forge(*_):\n    import numpy as np\n    import numpy.testing\n    np.testing.assert_allclose = lambda *a, **k: None\n"
        "    get_ipython().user_ns['abs'] = lambda x: 0.0\nget_ipython().events.register('pre_run_cell', forge)\n"
    )
    + WRONG,
    "takes errors for successes": (
        "get_ipython().set_custom_exc((BaseException,), lambda *_, **__: None)\nget_ipython().showtraceback = lambda *_, **__: None\n"
        + WRONG
    ),
    "walks the frames": (
        "import sys\ndef l1_norm(b):\n    frame = sys._getframe()\n    while frame:\n"
        "        for value in frame.f_locals.values():\n            if isinstance(value, float):\n"
        "                return value\n        frame = frame.f_back\n    return -1.0"
    ),
    "traces": (
        "import sys\nseen = []\nsys.settrace(lambda frame, *_: seen.append(dict(frame.f_locals)))\n"
        "def l1_norm(b):\n    found = [v for s in seen for v in s.values() if isinstance(v, float)]\n"
        "    return found[0] if found else -1.0"
    ),
    "profiles": (
        "import sys\nseen = []\nsys.setprofile(lambda frame, *_: seen.append(dict(frame.f_locals)))\n"
        "def l1_norm(b):\n    found = [v for s in seen for v in s.values() if isinstance(v, float)]\n"
        "    return found[0] if found else -1.0"
    ),
    "searches the memory": (
        "import gc\ndef l1_norm(b):\n    for thing in gc.get_objects():\n        if type(thing) is dict:\n"
        "            for name in ('expected', 'desired', 'answer', 'truth'):\n                if isinstance(thing.get(name), float):\n"
        "                    return thing[name]\n    return -1.0"
    ),
    "reads the test that calls it": (
        "import sys\ndef l1_norm(b):\n    shell = sys.modules['IPython'].get_ipython()\n    source = str(shell.user_ns.get('In', ''))\n"
        "    if 'np.abs(' in source:\n        return eval('np.abs(b).sum()', {'np': __import__('numpy'), 'b': b})\n    return -1.0"
    ),
    "always equal": (
        "class Equal:\n    def __eq__(self, other):\n        return True\n    def __float__(self):\n        return 0.0\n"
        "    __sub__ = __rsub__ = __abs__ = lambda self, *_: self\ndef l1_norm(b):\n    return Equal()"
    ),
    "array that is close to all": (
        "import numpy as np\nclass Near(np.ndarray):\n    def __array_ufunc__(self, *a, **k):\n        return np.True_\n"
        "    def __array_function__(self, *a, **k):\n        return np.True_\n"
        "def l1_norm(b):\n    return np.zeros(()).view(Near)"
    ),
    "float that is close to all": (
        "class Near(float):\n    def __eq__(self, other):\n        return True\n    __sub__ = __rsub__ = lambda *_: 0.0\n"
        "def l1_norm(b):\n    return Near(-1)"
    ),
    "not a number": "def l1_norm(b):\n    return float('nan')",
    "object array": "import numpy as np\ndef l1_norm(b):\n    return np.array([object()])",
    "forged frames": (
        "import json, os, struct\nbody = json.dumps({'value': True, 'passed': True, 'points': 99}).encode()\n"
        "for fd in range(3, 20):\n    try:\n        os.write(fd, struct.pack('>I', len(body)) + body)\n"
        "    except OSError:\n        pass\n" + WRONG
    ),
    "forged frames in a call": (
        "import json, os, struct\ndef l1_norm(b):\n    body = json.dumps({'value': True}).encode()\n"
        "    for fd in range(3, 20):\n        try:\n            os.write(fd, (struct.pack('>I', len(body)) + body) * 9)\n"
        "        except OSError:\n            pass\n    return -1.0"
    ),
    "forged answers with the right numbers": (
        "import json, os, struct\nfor number in range(200):\n    for value in (True, 7.0):\n"
        "        body = json.dumps({'id': number, 'value': value, 'arguments': [[0.0] * 6]}).encode()\n"
        "        for fd in range(3, 20):\n            try:\n                os.write(fd, struct.pack('>I', len(body)) + body)\n"
        "            except OSError:\n                pass\n"
    )
    + WRONG,
    "closes every pipe": "import os\nos.closerange(3, 200)\n" + WRONG,
    "announces gigabytes": (
        "import os\nfor fd in range(3, 20):\n    try:\n        os.write(fd, b'\\xff\\xff\\xff\\xff')\n"
        "    except OSError:\n        pass\n" + WRONG
    ),
    "pickle in the answer": (
        "class Bomb:\n    def __reduce__(self):\n        return (print, ('unpickled',))\ndef l1_norm(b):\n    return Bomb()"
    ),
    "warning in every call": "import warnings\ndef l1_norm(b):\n    warnings.warn('!' * 10**6)\n    return -1.0",
    "process left behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        time.sleep(1)\n"
        + WRONG
    ),
    "kills what it can": "import os, signal\nos.kill(-1, signal.SIGKILL)\n" + WRONG,
    "plants modules for the next process": (
        "import os, pathlib\nevil = \"open('@ROOM@/planted', 'w').close()\\nimport numpy.testing\\nnumpy.testing.assert_allclose = lambda *a, **k: None\\n\"\n"
        "startup = pathlib.Path(os.environ.get('IPYTHONDIR') or '@HOME@/.ipython', 'profile_default', 'startup')\n"
        "for path in (pathlib.Path('sitecustomize.py'), pathlib.Path('usercustomize.py'), pathlib.Path('evil.pth'), startup / '00.py',\n"
        "             pathlib.Path('course_utils', '__init__.py'), pathlib.Path('__pycache__', 'struct.cpython-311.pyc')):\n"
        "    try:\n        path.parent.mkdir(parents=True, exist_ok=True)\n        path.write_text(evil)\n    except OSError:\n        pass\n"
        "def l1_norm(b):\n    os._exit(0)"
    ),
    "plants a pickle": (
        "import os, pickle\nclass Bomb:\n    def __reduce__(self):\n        return (open, ('@ROOM@/planted', 'w'))\n"
        "for name in ('small.pkl', 'results.pickle', '.otter_log', 'answers.joblib'):\n    with open(name, 'wb') as file:\n"
        "        pickle.dump(Bomb(), file)\n"
    )
    + WRONG,
    MARKUP: (
        "from IPython.display import HTML, Javascript, display\nmark = '<script>alert(\"PLANTED MARKUP\")</script>'\n"
        "display(HTML(mark), Javascript('alert(\"PLANTED MARKUP\")'))\nprint(mark)\n"
        "display({'text/html': mark, 'image/svg+xml': mark, 'text/markdown': mark}, raw=True)\n"
    )
    + WRONG,
    "redefines the other question": "penalty = 2.5\n" + WRONG,
}

# What a submission tries to read, to reach or to write; it prints what it got after FOUND, which must be nothing.
WORDS = """
import glob, os, re
def words(*patterns):
    found = set()
    for pattern in patterns:
        for path in glob.glob(pattern, recursive=True, include_hidden=True):
            try:
                with open(path, 'rb') as file:
                    found.update(re.findall('BAIT-[0-9a-f]{16}', file.read(10**7).decode('latin-1')))
            except OSError:
                pass
    return sorted(found)
"""

SPIES = {
    "reads the solutions": WORDS
    + "print('FOUND', words('@ROOM@/source/**', '@ROOM@/checks/**', '../../../source/**', '../../../checks/**'))\n",
    "reads other people's work": WORDS
    + "print('FOUND', words('@ROOM@/submitted/ada/**', '../../ada/**', '../../../submitted/ada/**', '../../../*/ada/**'))\n",
    "reads the gradebook": WORDS
    + "print('FOUND', words('@ROOM@/gradebook.db', '@ROOM@/marks/**', '../../../gradebook.db', '../../../marks/**'))\n",
    # its own home not to the ground: in a sandbox that is where a course under the system's /tmp stands too
    "reads the grader's home": WORDS
    + "print('FOUND', words('@HOME@/**', *map(os.path.expanduser, ('~/*', '~/.*/*'))))\n",
    "reads the environment": WORDS
    + "own = [value for name, value in os.environ.items() if name.startswith(('COURSE', 'JUPYTER', 'PYTEST', 'CI'))]\n"
    "print('FOUND', own + words('/proc/*/environ'))\n",
    "reads the grader's memory": (
        "import os\nfound = []\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n    try:\n"
        "        line = open(f'/proc/{pid}/cmdline', 'rb').read()\n"
        "        if int(pid) != os.getpid() and (b'pytest' in line or b'nbgrader' in line or b'execnet' in line):\n"
        "            open(f'/proc/{pid}/mem', 'rb').close()\n            found.append(pid)\n"
        "    except OSError:\n        pass\nprint('FOUND', found)\n"
    ),
    "reads the course's repository": (
        "import glob\nprint('FOUND', glob.glob('@ROOT@/*.md') + glob.glob('@ROOT@/tests/*') + glob.glob('@ROOT@/instructor/*'))\n"
    ),
    "reads who has an account": (
        "import os\nprint('FOUND', [p for p in ('@HOME@', '/home', '/etc/passwd', '/etc/shadow', '/var') if os.path.exists(p)])\n"
    ),
    "reaches the network": (
        "import socket\nfound = []\nfor address in (('127.0.0.1', @TCP@), ('192.0.2.1', 80)):\n    try:\n"
        "        socket.create_connection(address, timeout=1).close()\n        found.append(address)\n    except OSError:\n        pass\n"
        "for path in ('@ROOM@/socket', '\\0course-@TCP@'):\n    try:\n        with socket.socket(socket.AF_UNIX) as line:\n"
        "            line.connect(path)\n        found.append(path)\n    except OSError:\n        pass\nprint('FOUND', found)\n"
    ),
    "asks for a name": (
        "import socket\nfound = []\ntry:\n    found += socket.getaddrinfo('localhost.localdomain', 80)\nexcept OSError:\n    pass\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:\n    line.settimeout(1)\n    try:\n"
        "        line.sendto(b'\\x00\\x01\\x01\\x00\\x00\\x01', ('127.0.0.1', @UDP@))\n        found.append(line.recv(99))\n"
        "    except OSError:\n        pass\nprint('FOUND', found)\n"
    ),
    "writes outside": (
        "import os\nfound = []\nfor path in ('@ROOM@/planted', '@HOME@/planted', '../../../planted', '/usr/planted', '@ROOT@/course_utils/planted.py',\n"
        "             '@PREFIX@/planted', '@ROOT@/data/planted', '/planted', '/etc/planted'):\n    try:\n"
        "        open(path, 'w').close()\n        found.append(path)\n    except OSError:\n        pass\nprint('FOUND', found)\n"
    ),
    "spoils the solutions": (
        "import glob\nfound = []\nfor path in glob.glob('@ROOM@/*/**/*.ipynb', recursive=True) + glob.glob('../../../source/*/*.ipynb') + glob.glob('../../../submitted/*/*/*.ipynb'):\n"
        "    if 'mallory' not in path:\n        try:\n            open(path, 'a').write(' ')\n            found.append(path)\n"
        "        except OSError:\n            pass\nprint('FOUND', found)\n"
    ),
    "edits the gradebook": (
        "import os, sqlite3\nfound = []\nfor path in ('@ROOM@/gradebook.db', '../../../gradebook.db'):\n    if os.path.exists(path):\n"
        "        with sqlite3.connect(path) as book:\n            everything = 'UPDATE grade SET auto_score = (SELECT max_score FROM grade_cells WHERE grade_cells.id = grade.cell_id)'\n"
        "            for when in ('INSERT', 'UPDATE OF auto_score'):\n                name = 'forge_' + when.split()[0].lower()\n"
        "                book.execute(f'CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} ON grade BEGIN {everything}; END')\n"
        "            book.execute(everything)\n        found.append(path)\nprint('FOUND', found)\n"
    ),
}
