package import AssayDefinition
package import AssayEngine

/// Columns from any HTTP API that answers JSON for a key.
package struct LookupStep: Step, Component {
  var request = RequestTemplate<Template>()
  var columns = Named<RecordPath>()
  var matches: RecordPath?
  var ambiguous: OnAmbiguous?
  var quality: RecordPath?
  var batch: LookupBatch?
  var normalize = KeyNormalization()
  var notFoundStatus = [404]
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []
  var settings = LookupSettings()

  package static let schema = Schema(
    "lookup", LookupStep(), summary: "Adds columns from any HTTP API that answers JSON.",
    details: """
      One request for each distinct set of inputs: the templates in `path`, `query` and `body`. What is filled into them is encoded
      for its place, so that it stays within it whatever a row holds. An answer in which no column's path leads anywhere counts as `not_found`. `STEP_status` says what came of each row.

      Where an answer is a list of what fits, `matches` leads to its members, nulls left out, and the columns' paths start at one of them:
      none is `not_found`, one `ok`, several `ambiguous`. A filter says what counts as a match at all:
      `matches: $.results[?@.score >= 0.8]`.

      With `batch`, many keys stand in one request: the key's `{column}` stands for all of them, joined by `separator` in `path`,
      `query`, a form or a text, and as a list of texts in a JSON body, where a text is nothing but `{column}`. What `matches` leads to are records
      in any order; each belongs to the key to which the batch's `key` leads in it, compared after `normalize`. A key without a record is
      `not_found`, one with several is `ambiguous`. Each key's records are remembered by themselves. Where the request names other columns, keys that share
      them are asked for together. A key that holds the separator cannot stand among others, and is `not_found`.

      Inputs are made equal where they mean the same by `normalize`, from left to right: `trim` (blanks at the ends go), `collapse`
      (runs of blanks become one, too), `lower`, `upper`, `digits` (nothing else stays), `zip5` (of `50014-1234` and `500141234` the first five
      digits stay). They are asked for as they are then. A row whose input is empty then is `skipped`.
      """,
    keys: RequestTemplate.keys(
      path: "The path, joined to the api's `base_url`: `/companies/{domain}`.",
      query: "Query parameters: `{domain: \"{domain}\"}`."
    ).map { $0.lifted(to: \.request) } + [
      Key("columns", \.columns, required: true, "New columns: the name, and the JSONPath (RFC 9535) to its value."),
      Key("matches", \.matches, "The JSONPath to all that fits the key in an answer: `$.results[*]`."),
      Key(
        "ambiguous", \.ambiguous, shown: "first",
        "What a key with several matches gets, beside the status `ambiguous`: the values of the `first`, or `null`."),
      Key(
        "quality", \.quality,
        "The JSONPath to how well what was found fits the key, in the service's words: `$.score`. With `matches` it starts at a match."
      ),
      Key("batch", \.batch, "Many keys in one request: `{size: 100, key: $.id}`. It needs `matches`."),
      Key(
        "normalize", \.normalize, shown: "[collapse]",
        "What is done to inputs before they are keys: a list for all of them, or `{zip: [zip5], name: [collapse, lower]}`."
      ),
      Key("not_found_status", \.notFoundStatus, "Statuses that mean that there is nothing for the key."),
      Key("expect", \.expect, "What an answer must be; it comes before what the api expects."),
      Key(
        "responses", \.responses, "What answers mean; these rules come before the api's, and before `not_found_status`."
      ),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: RequestTemplate.rules.map { $0.lifted(to: \.request) } + [
      Rule("columns") { $0.columns.items.isEmpty ? "'columns' names no column" : nil },
      Rule("ambiguous") {
        $0.ambiguous != nil && $0.matches == nil
          ? "'ambiguous' needs 'matches': the path to all that fits the key in an answer" : nil
      },
      Rule("batch") { step in
        guard let batch = step.batch else { return nil }
        if step.matches == nil { return "'batch' needs 'matches': the path to the records of an answer" }
        let names = step.request.columns.map(\.name)
        if names.isEmpty { return "the request names no column, so that it holds no keys" }
        guard let column = batch.column else {
          return names.count == 1
            ? nil
            : "the request names several columns; 'column' says whose values are the keys: \(names.joined(separator: ", "))"
        }
        return names.contains(column)
          ? nil : "the request names no column '\(column)'\(suggestion(for: column, among: names))"
      },
      Rule("normalize") { step in
        let names = step.request.columns.map(\.name)
        return step.normalize.columns.first { !names.contains($0) }.map {
          "the request names no column '\($0)'\(suggestion(for: $0, among: names))"
        }
      },
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      """
      type: lookup
      from: example
      path: "https://api.example.com/companies/{domain}"
      columns: {company: $.name, size: $.employees}
      """,
      """
      type: lookup
      from: example
      path: "https://api.example.com/vat/{vat_id}"
      columns: {holder: $.name}
      responses:
        - {when: {status: 200, path: $.valid, in: [false]}, action: not_found}
        - {when: {body_contains: MS_UNAVAILABLE}, action: retry, wait: 5s}
      """,
      """
      type: lookup
      from: example
      path: https://api.example.com/match
      method: POST
      body: {json: {name: "{company}", country: "{country?}", fuzzy: true}}
      columns: {id: $.id}
      matches: "$.matches[?@.score >= 0.8]"
      ambiguous: "null"
      quality: $.score
      """,
      """
      type: lookup
      from: example
      path: https://api.example.com/items
      query: {skus: "{sku}"}
      batch: {size: 200, key: $.sku}
      matches: "$.items[*]"
      normalize: [collapse, upper]
      columns: {title: $.title, price: $.price.amount}
      """,
      """
      type: lookup
      from: example
      path: "https://api.example.com/{country}/parcels"
      method: POST
      body: {json: {ids: "{parcel}"}}
      batch: {key: $.id, column: parcel}
      matches: "$[*]"
      columns: {state: $.state}
      """,
    ],
    faults: [
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\n⟪columns: {}", "'columns' names no column"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\ncolumns: {a: $.a}\nresponses: [{when: {status: 404}, action: not_found, ⟪wait: 5s}]",
        "'wait' goes with 'action: retry' only"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\nmethod: POST\ncolumns: {a: $.a}\n"
          + "body: {json: {name: ⟪{name}}}",
        "YAML reads {name} without quotes as a mapping; write \"{name}\", or {name: null} for an object"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\nmethod: POST\ncolumns: {a: $.a}\n"
          + "body: {⟪text: '{{\"name\": \"{name}\"}}', content_type: application/json}",
        "a row's value could break out of a JSON text; write the body under 'json'"),
      FaultExample(
        "type: lookup\nfrom: example\npath: \"https://example.com/{a}\"\n⟪batch: {key: $.a}\ncolumns: {b: $.b}",
        "'batch' needs 'matches': the path to the records of an answer"),
      FaultExample(
        "type: lookup\nfrom: example\npath: \"https://example.com/{a}/{b}\"\n⟪batch: {key: $.a}\nmatches: \"$[*]\"\ncolumns: {c: $.c}",
        "the request names several columns; 'column' says whose values are the keys: a, b"),
      FaultExample(
        "type: lookup\nfrom: example\npath: \"https://example.com/{zip}\"\n⟪normalize: {zap: zip5}\ncolumns: {c: $.c}",
        "the request names no column 'zap'; did you mean 'zip'?"),
      FaultExample(
        "type: lookup\nfrom: example\npath: \"https://example.com/{a}\"\n⟪ambiguous: first\ncolumns: {c: $.c}",
        "'ambiguous' needs 'matches': the path to all that fits the key in an answer"),
    ])

  package var work: StepWork { .lookup(TemplateLookup(step: self)) }

  /// The column whose values are the keys of a batch; nil where a request holds one key.
  var batchColumn: String? { batch.flatMap { $0.column ?? request.columns.first?.name } }
}
