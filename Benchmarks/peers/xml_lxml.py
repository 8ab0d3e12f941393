"""lxml, records dropped behind the reader: XML into columns, as lists. It reads only."""
import sys

import columns
from lxml import etree

data, out = sys.argv[1:3]


def records():
    for _, element in etree.iterparse(data, tag="customer"):
        yield {child.tag: child.text for child in element}
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


columns.hand_in_lists(out, *columns.from_records(records()))
