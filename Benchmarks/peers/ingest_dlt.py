"""dlt, its rest_api source into SQLite: with its defaults, or with a third argument tuned.

Tuned are larger buffers, two processes to normalise, Parquet between the stages, and no search for nested tables.
"""
import sys

import web

address, out = sys.argv[1:3]
base, _, path = address.rpartition("/")
tuned = len(sys.argv) > 3
SETTINGS = {"DATA_WRITER__BUFFER_MAX_ITEMS": "20000", "DATA_WRITER__FILE_MAX_ITEMS": "50000", "NORMALIZE__WORKERS": "2",
            "LOAD__WORKERS": "4"}

# dlt starts processes for its workers, which read this file again.
if __name__ == "__main__":
    pipeline = web.dlt_pipeline(out, **(SETTINGS if tuned else {}))
    from dlt.sources.rest_api import rest_api_source
    source = rest_api_source({
        "client": {"base_url": base, "paginator": {"type": "page_number", "base_page": 1, "total_path": "pages"}},
        "resources": [{"name": "customers", "endpoint": {"path": path, "data_selector": "items"}}],
    }, max_table_nesting=0 if tuned else None)
    pipeline.run(source, loader_file_format="parquet" if tuned else None)
