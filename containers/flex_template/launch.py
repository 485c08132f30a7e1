"""What the launcher of the Flex Template runs, inside the image of the pipeline."""

import sys

from pipeline.flex_template import main

if __name__ == "__main__":
    sys.exit(main())
