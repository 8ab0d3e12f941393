/// A number that the Census Bureau writes where it has no figure (Notes on ACS Estimate and Annotation Values,
/// census.gov/data/developers/data-sets/acs-1year/notes-on-acs-estimate-and-annotation-values.html): nine equal digits,
/// negative.
package struct CensusMark: Sendable, Hashable, Comparable {
  /// −111111111 to −999999999.
  package var value: Int

  /// The mark that a number is; nil for a figure.
  package init?(_ number: Double) {
    let ninth = -number / 111_111_111
    guard ninth >= 1, ninth <= 9, ninth.rounded() == ninth else { return nil }
    value = Int(number)
  }

  package static func < (left: CensusMark, right: CensusMark) -> Bool { left.value > right.value }

  /// What it says, close to the bureau's words.
  package var meaning: String {
    switch value {
    case -999_999_999:
      "it cannot be displayed, because there were an insufficient number of sample cases in the area"
    case -888_888_888: "it is not applicable or not available"
    case -666_666_666:
      "the estimate could not be computed: there were an insufficient number of sample observations, a ratio of medians "
        + "has one in an open-ended interval, or a median's margin of error is larger than the median"
    case -555_555_555:
      "a margin of error is not appropriate, because the estimate is controlled to an independent estimate; it may be "
        + "treated as zero"
    case -333_333_333:
      "the margin of error could not be computed, because the median falls in the lowest or highest interval of an "
        + "open-ended distribution"
    case -222_222_222:
      "the margin of error could not be computed, because there were an insufficient number of sample observations"
    default: "the bureau does not say what it means"
    }
  }
}
