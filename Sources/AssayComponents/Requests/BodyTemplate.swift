package import AssayDefinition
internal import AssayHTTP

/// The `body` of a request in the pipeline file: JSON, a form, or text.
package struct BodyTemplate<Text: RequestText>: ConfigObject {
  var json: JSONTemplate<Text>?
  var form: Named<Text>?
  var text: Text?
  var contentType: String?

  package static var schema: Schema<BodyTemplate> {
    let filled = Text.isTemplate ? " What is filled in" : nil
    return Schema(
      "body", BodyTemplate(), summary: "What a request carries: one of `json`, `form` and `text`.",
      keys: [
        Key(
          "json", \.json,
          "Any value, sent as JSON. Numbers, `true`, `false` and `null` without quotes keep their kinds."
            + (Text.keepsKinds
              ? " A text that is one `{column}` alone is that column's value with its kind, `{column?}` null where there is none; what is filled in elsewhere stays within its text, and text."
              : filled.map { "\($0) stays within its text, and text." } ?? "")),
        Key("form", \.form, "Fields with their values, sent as an HTML form is (URL-encoded)."),
        Key(
          "text", \.text,
          "A text, sent as it is." + (filled.map { "\($0) is escaped where `content_type` is XML." } ?? "")),
        Key("content_type", \.contentType, shown: "text/plain; charset=utf-8", "The media type of `text`."),
      ],
      rules: [
        Rule("json") { $0.parts == 0 ? "a body has one of 'json', 'form' and 'text'" : nil },
        Rule("form") { $0.json != nil && $0.form != nil ? "a body is either 'json' or 'form', not both" : nil },
        Rule("text") { $0.text != nil && $0.parts > 1 ? "a body with 'text' has no 'json' or 'form'" : nil },
        Rule("content_type") {
          $0.contentType != nil && $0.text == nil
            ? "'content_type' goes with 'text'; 'json' and 'form' bring their own, and 'headers' may say otherwise"
            : nil
        },
        Rule("text") { $0.unsafeText },
      ])
  }

  private var parts: Int { (json == nil ? 0 : 1) + (form == nil ? 0 : 1) + (text == nil ? 0 : 1) }

  /// The columns that the texts name.
  var columns: [(name: String, isOptional: Bool)] {
    (json?.columns ?? []) + (form?.items.flatMap(\.value.columns) ?? []) + (text?.columns ?? [])
  }

  /// The columns that several texts would have to be joined for.
  var innerColumns: [String] {
    (json?.innerColumns ?? []) + (form?.items.flatMap { $0.value.columns.map(\.name) } ?? [])
      + (text?.columns.map(\.name) ?? [])
  }

  /// The body with its texts filled; nil where a column that may not be null is null.
  /// - Parameter list: In JSON, the texts that a column stands for; nil for one.
  package func filled(
    _ cell: (String) -> String?, list: (String) -> [String]? = { _ in nil }
  ) -> RequestBody? {
    if let json { return json.filled(cell, list: list).map { .json($0) } }
    if let form {
      var fields: [RequestBody.Field] = []
      for item in form.items {
        guard let value = item.value.filled(cell) else { return nil }
        fields.append(RequestBody.Field(name: item.name, value: value))
      }
      return .form(fields)
    }
    guard let text else { return .empty }
    let type = contentType ?? "text/plain; charset=utf-8"
    let isXML = Self.isMedia("xml", type)
    return text.filled { name in cell(name).map { isXML ? Self.xmlEscaped($0) : $0 } }.map {
      .text($0, contentType: type)
    }
  }

  /// A row's value in the text of a JSON document or a form could end the string that it stands in.
  private var unsafeText: String? {
    guard let text, !text.columns.isEmpty, let contentType else { return nil }
    if Self.isMedia("json", contentType) {
      return "a row's value could break out of a JSON text; write the body under 'json'"
    }
    if Self.isMedia("x-www-form-urlencoded", contentType) {
      return "a row's value could break out of a form; write the body under 'form'"
    }
    return nil
  }

  /// Whether a media type is `application/KIND`, `text/KIND` or ends in `+KIND`.
  private static func isMedia(_ kind: String, _ contentType: String) -> Bool {
    let type = HeaderFields([.init("Content-Type", contentType)]).mediaType ?? ""
    return type.hasSuffix("/\(kind)") || type.hasSuffix("+\(kind)")
  }

  private static func xmlEscaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
