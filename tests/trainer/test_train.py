"""What `python -m trainer train` says when it is done."""

import json
import shlex

from tests.support.training import SMALL, write_cyclic_data
from trainer.__main__ import main, make_parser


def test_the_commands_to_go_on_with_can_be_pasted(tmp_path, capsys):
    data = write_cyclic_data(tmp_path / "my data")
    run, config = tmp_path / "my run", tmp_path / "small.json"
    config.write_text(json.dumps({**SMALL, "units": [16], "epochs": 1}))
    argv = ["train", f"--data={data}", f"--output={run}", f"--config={config}"]
    assert main(argv) == 0
    printed = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    commands = [words[words.index("-m") + 2 :] for words in printed if "-m" in words]
    evaluate, predict = [make_parser().parse_args(words) for words in commands]
    assert (evaluate.run, evaluate.data) == (str(run), data)
    assert predict.model == f"{run}/model"
    assert ["tensorboard", "--logdir", f"{run}/logs"] in printed
