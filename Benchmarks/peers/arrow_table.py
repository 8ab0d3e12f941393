"""The file of the call as a pyarrow table, for pyarrow and for pandas over it."""
import pyarrow as pa
import pyarrow.csv


def read(data, names, numeric):
    kinds = {name: pa.string() for name in names}
    kinds.update({name: pa.int64() if name.startswith("id") else pa.float64() for name in numeric})
    return pa.csv.read_csv(
        data, parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=kinds, strings_can_be_null=True, quoted_strings_can_be_null=False))
