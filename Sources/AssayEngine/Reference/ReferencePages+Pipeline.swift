internal import AssayDefinition

extension ReferencePages {
  /// A whole pipeline, for the page about the file.
  package static let example = """
    version: 1
    name: orders
    description: Orders, graded and kept
    params:
      month: {type: text, default: "2026-10"}
    sources:
      orders: {type: csv, path: "data/orders-${param:month}.csv", columns: {zipcode: text}}
    steps:
      paid: {type: select, from: orders, filter: "status = 'paid'"}
    checks:
      paid:
        score: {overall: {fail_below: 90}}
        dataset:
          - row_count: {min: 1}
          - unique_key: [id]
        columns:
          email: [not_null, {format: email, severity: warn}]
    outputs:
      - {type: sqlite, from: paid, table: orders, mode: upsert, key: [id]}
    report: {json: reports/orders.json}
    """

  var pipeline: String {
    let keys = PipelineReference.keys
    return """
      # The pipeline file

      A pipeline is one YAML file.

      ```yaml
      \(Self.example)
      ```

      Every key is known: an unknown key, a wrong type, a missing reference and a circle are all reported at once, with
      their places, and nothing runs. [Errors](errors.md) lists the codes. Editors check the file as it is written with
      [`docs/pipeline.schema.json`](../pipeline.schema.json).

      ## Top-level keys

      \(table(keys))
      Names under `params`, `apis`, `sources` and `steps` have letters, digits, `-` and `_`. A source and a step may not
      share a name: it is the name of their dataset.
      \(nested(keys, level: "##"))
      \(Self.connections)
      ## Values

      - A key that takes text takes the scalar as written: `NO` is a state and not false, `00501` is a zip code.
      - Durations are `500ms`, `10s`, `5m`, `2h`, `1d`, and sums such as `1h30m`.
      - Shares are `95%`, from `0%` to `100%`.
      - Bytes are `16MiB` or `500kB`.
      - Types are `text`, `integer`, `decimal`, `boolean`, `date` and `datetime`.
      - One value alone stands for a list of it, except for `outputs`.
      - Relative paths start at the pipeline file.

      ## Variables

      Variables are filled once, before the run, in every value.

      | Variable | Is |
      |---|---|
      | `${env:NAME}` | the environment variable; one that is not set is an error |
      | `${env:NAME:-text}` | the same, or the text where it is not set or empty |
      | `${secret:NAME}` | the environment variable, masked wherever text leaves the program |
      | `${param:NAME}` | the param, as `--param` or its default gives it |
      | `${run:date}`, `${run:date-1d}` | the logical date of the run, and the day before |

      A `.env` file beside the pipeline file is read too; the real environment wins. `$${` stands for the characters `${`.

      ## Templates

      A key that takes a template is filled for each row: `"{street}, {city}"`. A null in `{column}` makes the row
      `skipped`; `{column?}` may be null, and is then empty. `{{` and `}}` stand for the braces themselves. A text without
      braces is a constant.

      YAML reads `{zipcode}` without quotes as a mapping, so templates are quoted: `zip: "{zipcode}"`. A JSONPath within
      braces is quoted for the same reason: `{records: "$.items[*]"}`.

      """
  }
}
