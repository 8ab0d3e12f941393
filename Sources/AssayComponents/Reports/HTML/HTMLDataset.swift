internal import AssayEngine
internal import AssayQuality

/// A dataset's section: its score, what lowers it, the checks, the columns.
struct HTMLDataset {
  let dataset: RunReport.Dataset
  /// The dataset's place in the report, from 1: ids are made of it, never of names.
  let number: Int
  let report: RunReport

  init(_ dataset: RunReport.Dataset, number: Int, report: RunReport) {
    self.dataset = dataset
    self.number = number
    self.report = report
  }

  var markup: Markup {
    let size = "\(NumberText.count(dataset.rows, "row")), \(NumberText.count(dataset.columns.count, "column"))"
    return """
      <section class="dataset" aria-labelledby="d\(number)">
      <div class="title"><h2 id="d\(number)">\(Markup.name(dataset.name))</h2><p>\(size)</p></div>
      \(HTMLScore(dataset, report: report, id: "d\(number)").markup)\
      \(HTMLChecks(dataset.checks, file: report.file, id: "d\(number)").markup)\
      \(HTMLColumns(dataset, id: "d\(number)").markup)
      </section>

      """
  }
}
