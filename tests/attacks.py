"""What submissions have tried to get marks that their answers do not earn, or to do harm: the source of each.

Each attack stands in the cell of the first question of the small assignment, whose second question it answers rightly.
None of them knows the answer to the first.
"""

# ruff: noqa: E501  (programs in strings)
from __future__ import annotations

WRONG = "def l1_norm(b):\n    return -1.0\n"

ATTACKS = {
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
    "memory bomb": "hoard = []\nwhile True:\n    hoard.append(bytearray(2**26))",
    "fork bomb": "import os\nfor _ in range(500):\n    try:\n        os.fork()\n    except OSError:\n        break\n"
    + WRONG,
    "thread bomb": (
        "import threading, time\ntry:\n    for _ in range(500):\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\nexcept RuntimeError:\n    pass\n"
    )
    + WRONG,
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
    "redefines the other question": "penalty = 2.5\n" + WRONG,
}

# What a submission tries to read or reach; it prints what it got, which must be nothing.
SPIES = {
    "the repository": "import glob\nprint(glob.glob('{root}/*.md') + glob.glob('{root}/tests/*') + glob.glob('{root}/instructor/*'))",
    "other people's homes": "import os\nprint([p for p in ('{home}/.bashrc', '/home', '/etc/passwd', '/etc/shadow', '/var') if os.path.exists(p)])",
    "the environment": "import os\nprint([k for k in os.environ if k.startswith(('COURSE', 'JUPYTER', 'PYTEST', 'CI'))])",
    "the parent's memory": (
        "import os\nfound = []\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n    try:\n"
        "        if b'pytest' in open(f'/proc/{{pid}}/cmdline', 'rb').read():\n            found.append(pid)\n"
        "    except OSError:\n        pass\nprint(found)"
    ),
    "the network": (
        "import socket\nfound = []\nfor address in (('127.0.0.1', 22), ('192.0.2.1', 80)):\n    try:\n"
        "        socket.create_connection(address, timeout=1)\n        found.append(address)\n    except OSError:\n        pass\n"
        "try:\n    found += socket.getaddrinfo('localhost.localdomain', 80)\nexcept OSError:\n    pass\nprint(found)"
    ),
    "files to write": (
        "found = []\nfor path in ('/usr/x', '{root}/course_utils/x.py', '{prefix}/x', '{root}/data/x', '/x', '/etc/x'):\n    try:\n"
        "        open(path, 'w').close()\n        found.append(path)\n    except OSError:\n        pass\nprint(found)"
    ),
}
