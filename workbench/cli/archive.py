"""The commands for archives: write one, look one over, open one again; and the firm's recovery key."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk
from workbench.cli.passwords import opener, typed
from workbench.services import firm_keys
from workbench.store.sealed import SUFFIX


def archive(desk: Desk, words: Namespace) -> int:
    """Write an archive of an evaluation and say where it is."""
    path = Path(words.path).expanduser().absolute()
    sealed = path.suffix.lower() == SUFFIX
    password = typed("归档包的密码", words.password_file, twice=True) if sealed else ""
    with desk.opened(words.folder) as session:
        findings = desk.parts.checking(session).findings
        job = desk.parts.archiving.job(
            session,
            path,
            findings=findings,
            zipped=path.suffix.lower() == ".zip",
            password=password,
            sealed=sealed,
            private=words.private,
        )
        done = job.run()
    desk.hint(*done.notices)
    desk.say(f"{done.path}　{done.files} 个文件，写出后已逐个核对。")
    if sealed and not desk.parts.archiving.has_firm_key:
        desk.hint("没有设置机构恢复公钥：忘记密码就再也打不开，请妥善保管密码。")
    return 0


def verify(desk: Desk, words: Namespace) -> int:
    """Say what differs from what was written; exit code 1 when something does."""
    path = Path(words.path).expanduser().absolute()
    faults = desk.parts.archiving.verify(path, opener(path, words))
    desk.say(*(faults or ["归档包与写出时一致。"]))
    return 1 if faults else 0


def reopen(desk: Desk, words: Namespace) -> int:
    """Make an evaluation of an archive again and say where it is."""
    path = Path(words.path).expanduser().absolute()
    folder = Path(words.out).expanduser().absolute() if words.out else desk.parts.catalog.data / path.stem
    desk.say(str(desk.parts.archiving.reopen(path, folder, opener(path, words))))
    return 0


def new_firm_key(desk: Desk, words: Namespace) -> int:
    """Make the firm's recovery key and say where its halves are."""
    made = firm_keys.make(
        Path(words.out).expanduser().absolute(), typed("私钥的密码", words.password_file, twice=True)
    )
    desk.say(f"私钥：{made.private}", f"公钥：{made.public}", f"编号：{made.id}", made.line)
    desk.hint(
        "请把私钥移到机构保险的地方（如两只 U 盘分开存放），不要留在评价员的电脑上；"
        "公钥的一行填入各台电脑的“设置 › 机构恢复公钥”。"
    )
    return 0


def use_firm_key(desk: Desk, words: Namespace) -> int:
    """Keep the firm's public key in the settings."""
    line = typed("公钥", words.file).strip()
    firm_keys.read_public(line)
    desk.parts.settings.put("firm_key", line)
    desk.say("已设为机构恢复公钥，此后加密的归档包机构都能打开。")
    return 0
