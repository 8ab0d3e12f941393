internal import AssayEngine

/// Where the rows went, and why they did not.
struct HTMLOutputs {
  let report: RunReport

  init(_ report: RunReport) { self.report = report }

  private static let shownOutputs = 100

  var markup: Markup {
    if report.outputs.isEmpty { return "" }
    let rows: [Markup] = report.outputs.prefix(Self.shownOutputs).map { output in
      let done = output.published
      return """
        <tr><th scope="row"><code>\(cut(output.target, 120))</code></th><td>\(output.type)</td>\
        <td class="n">\(NumberText.grouped(output.rows))</td>\
        <td class="\(done ? "good" : "warn")">\(done ? (output.type == "http" ? "sent" : "published") : "not published")</td></tr>

        """
    }
    let more = report.outputs.count - rows.count
    let rest: Markup = more > 0 ? "<p class=\"quiet\">and \(NumberText.count(more, "more output"))</p>\n" : ""
    return """
      <section class="card" aria-labelledby="outputs"><h2 id="outputs">Outputs</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="outputs"><table>
      <caption>Where the rows went</caption>
      <thead><tr><th scope="col">Target</th><th scope="col">Kind</th><th scope="col" class="n">Rows</th>\
      <th scope="col">State</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      \(rest)\(reason)</section>

      """
  }

  private var reason: Markup {
    if report.outputs.allSatisfy(\.published) { return "" }
    let words: Markup
    switch report.exitCode {
    case 1: words = "Not published, because the gate failed. What was published before is as it was."
    case 4: words = "Not published, because a budget ran out. What was published before is as it was."
    case 130, 143: words = "Not published, because the run was interrupted. What was published before is as it was."
    case 0: return ""
    default: words = "Not published, because the run broke. What was published before is as it was."
    }
    return "<p class=\"quiet\">\(words)</p>\n"
  }
}
