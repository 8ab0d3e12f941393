"""Airbyte's low-code source, run by airbyte-cdk's own program; the records that it prints, into SQLite."""
import json
import pathlib
import subprocess
import sys

import web

address, out = sys.argv[1:3]
base, _, path = address.rpartition("/")
stream = {
    "type": "DeclarativeStream", "name": "customers", "primary_key": ["id"],
    "retriever": {
        "type": "SimpleRetriever",
        "requester": {"type": "HttpRequester", "url_base": base, "path": path, "http_method": "GET"},
        "record_selector": {"type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": ["items"]}},
        "paginator": {
            "type": "DefaultPaginator",
            "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "page"},
            "pagination_strategy": {"type": "PageIncrement", "start_from_page": 1, "page_size": 200}}},
    "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}}}
manifest = {
    "version": "6.0.0", "type": "DeclarativeSource", "check": {"type": "CheckStream", "stream_names": ["customers"]},
    "streams": [stream], "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}}}
catalog = {"streams": [{"sync_mode": "full_refresh", "destination_sync_mode": "overwrite", "stream": {
    "name": "customers", "json_schema": {"type": "object"}, "supported_sync_modes": ["full_refresh"]}}]}
program = [str(pathlib.Path(sys.executable).parent / "source-declarative-manifest"), "read"]
for name, content in {"config": {}, "catalog": catalog, "manifest-path": manifest}.items():
    file = pathlib.Path(f"{out}.{name}.yaml")
    file.write_text(json.dumps(content))
    program += [f"--{name}", str(file)]
with subprocess.Popen(program, stdout=subprocess.PIPE) as source:
    table = web.Table(out, web.CUSTOMER)
    table.add(json.loads(line)["record"]["data"] for line in source.stdout if line.startswith(b'{"type":"RECORD"'))
    table.close()
sys.exit(source.returncode)
