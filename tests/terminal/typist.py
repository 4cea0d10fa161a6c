"""Runs a command on a terminal of its own and types an answer whenever it asks for a code.

    typist.py ANSWERS COMMAND...

ANSWERS is a JSON list of what is typed, or null for no terminal at all. Only the terminal can
answer: stdin is empty, and stdout is a pipe. What came of it is printed as a JSON object; "echoes"
says whether the terminal still shows what is typed.
"""

import json
import os
import pty
import signal
import subprocess
import sys
import termios

QUESTION = b"MFA code for "


def on_a_terminal(answers, command):
    reading, writing = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(writing, 1)
        # A shell that starts the tests in the background has them ignore it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(command[0], command)
    os.close(writing)
    screen = b""
    asked = 0
    while True:
        try:
            seen = os.read(terminal, 4096)
        except OSError:
            break
        screen += seen
        if screen.count(QUESTION) > asked and screen.endswith(b": ") and answers:
            asked += 1
            os.write(terminal, answers.pop(0).encode())
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        stdout = pipe.read()
    echoes = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
    return os.waitstatus_to_exitcode(status), screen.decode(), stdout, echoes


def without_one(command):
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    return done.returncode, done.stderr, done.stdout


answers, command = json.loads(sys.argv[1]), sys.argv[2:]
run = without_one(command) if answers is None else on_a_terminal(answers, command)
print(json.dumps(dict(zip(["code", "screen", "stdout", "echoes"], run))))
