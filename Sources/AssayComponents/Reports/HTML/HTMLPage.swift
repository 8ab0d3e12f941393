package import AssayEngine
internal import AssayQuality

/// The page of a run: a head that says how it ended, a section for each dataset, and how the run went.
package struct HTMLPage {
  let report: RunReport

  package init(_ report: RunReport) { self.report = report }

  /// The page as text; the same report gives the same bytes.
  package var text: String {
    // The policy lets nothing be fetched and no script run, whatever the page may come to hold.
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta name="generator" content="Assay \(report.assayVersion)">
      <link rel="icon" href="data:,">
      <title>\(cut(title, 80)): \(PageVerdict(report).word)</title>
      <style>\(HTMLStyles.sheet)</style>
      </head>
      <body>
      \(HTMLIcons.definitions)
      \(HTMLHead(report).markup)
      <main>
      \(overview)\(sections)\(HTMLRun(report).markup)\(HTMLOutputs(report).markup)
      </main>
      <footer>\(footer)</footer>
      </body>
      </html>

      """
    return page.html
  }

  private var title: String { report.pipeline.isEmpty ? "Report of a run" : report.pipeline }

  private var sections: [Markup] {
    report.datasets.enumerated().map { HTMLDataset($1, number: $0 + 1, report: report).markup }
  }

  /// The datasets one below the other, where there are several.
  private var overview: Markup {
    if report.datasets.count < 2, report.score == nil { return "" }
    let rows: [Markup] = report.datasets.enumerated().map { index, dataset in
      let all = dataset.checks.count
      let open = dataset.checks.count { $0.judgement.status != .passed }
      let isBroken = dataset.checks.contains { [.failed, .error].contains($0.judgement.status) }
      let tone = isBroken ? "bad" : open > 0 ? "warn" : "good"
      let score = dataset.metrics?.overall.value
      return """
        <tr><th scope="row"><a href="#d\(index + 1)">\(Markup.name(dataset.name))</a></th>\
        <td class="n">\(NumberText.grouped(dataset.rows))</td>\
        <td class="n \(HTMLScore.tone(score))">\(score.map(NumberText.short) ?? "no data")</td>\
        <td class="n \(tone)">\(NumberText.grouped(all - open)) of \(NumberText.grouped(all))</td></tr>

        """
    }
    return """
      <section class="card" aria-labelledby="overview"><h2 id="overview">Datasets</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="overview"><table>
      <caption>Rows, overall score and checks of each dataset</caption>
      <thead><tr><th scope="col">Dataset</th><th scope="col" class="n">Rows</th><th scope="col" class="n">Score</th>\
      <th scope="col" class="n">Checks hold</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>\(pipelineScore)</section>

      """
  }

  /// The score of the pipeline as a whole with what it must reach, where the file says so.
  private var pipelineScore: Markup? {
    report.score.map { score in
      let value = score.value.map(NumberText.short) ?? "no data"
      return """
        <p class="whole">Score of the pipeline <b class="\(HTMLScore.tone(score.value))">\(value)</b></p>
        \(HTMLChecks(score.checks, file: report.file, id: "pipeline").markup)
        """
    }
  }

  private var footer: Markup {
    let hash: Markup =
      report.definitionSHA256.isEmpty ? "" : ". Pipeline file \(String(report.definitionSHA256.prefix(12)))"
    return "<p>Made by Assay \(report.assayVersion)\(hash). The page holds all that it shows: it loads nothing.</p>"
  }
}
