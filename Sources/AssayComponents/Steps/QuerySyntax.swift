internal import AssayStore

/// What is wrong with the syntax of a SELECT, as far as it can be told without its tables; nil for nothing.
func querySyntaxFault(_ query: String) -> String? {
  var text = query[...]
  while let last = text.last, last == ";" || last.isWhitespace { text.removeLast() }
  guard let message = RowExpressions.check("EXISTS (\n\(text)\n)"),
    ["syntax error", "incomplete input", "unrecognized token"].contains(where: message.contains)
  else { return nil }
  return "the query is no SQL: \(message)"
}
