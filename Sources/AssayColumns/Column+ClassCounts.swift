extension Column {
  /// How many cells of each class the column holds under a field's rules. O(bytes) for text that is read.
  package func classCounts(under field: Field) -> ClassCounts {
    countedClasses(under: field).counts
  }
}
