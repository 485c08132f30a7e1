"""Trains twice, on one and on two logical CPU devices: run by `test_devices.py`.

Usage: train_on_devices.py DATA OUTPUT OPTIONS
OPTIONS is a JSON object of options of `train`.
"""

import json
import sys

import tensorflow as tf

from trainer.config_files import read_config
from trainer.devices import set_up_devices
from trainer.options import TrainOptions
from trainer.training.train import train

data, output, changes = sys.argv[1:]
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)
found = {}
for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
    small = {
        **read_config("notebook"),
        "item_embedding": 6,
        "day_embedding": 3,
        "units": (8, 5),
        "batch_size": 32,
        "epochs": 2,
    }
    options = TrainOptions(
        data=data, output=f"{output}/{len(devices)}", **{**small, **json.loads(changes)}
    )
    found[len(devices)] = train(options, set_up_devices(devices=devices))
print(json.dumps(found))
