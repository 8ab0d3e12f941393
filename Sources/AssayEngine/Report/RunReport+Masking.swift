internal import AssayColumns
internal import AssayHTTP
internal import AssayQuality

extension RunReport {
  /// Masks secrets in everything that came from data or from servers: a secret that an API sent back as a value must not
  /// reach a report by way of a sample.
  mutating func mask(_ mask: SecretMask) {
    for index in steps.indices {
      // An output has the name of its target, which may hold what variables were filled in.
      steps[index].name = mask.apply(to: steps[index].name)
      steps[index].error = steps[index].error.map { mask.apply(to: $0) }
      steps[index].counters.warnings = steps[index].counters.warnings.map { mask.apply(to: $0) }
    }
    for index in datasets.indices { datasets[index].mask(mask) }
    for index in outputs.indices { outputs[index].target = mask.apply(to: outputs[index].target) }
    baselineNote = baselineNote.map { mask.apply(to: $0) }
    messages = messages.map { mask.apply(to: $0) }
  }
}

extension RunReport.Dataset {
  fileprivate mutating func mask(_ mask: SecretMask) {
    func masked(_ cell: Cell?) -> Cell? {
      if case .text(let text)? = cell { .text(mask.apply(to: text)) } else { cell }
    }
    func masked(_ cells: [NamedText]) -> [NamedText] {
      cells.map { NamedText($0.name, $0.text.map { mask.apply(to: $0) }) }
    }
    for index in columns.indices {
      columns[index].minimum = masked(columns[index].minimum)
      columns[index].maximum = masked(columns[index].maximum)
      if case .values(var found)? = columns[index].distribution {
        for place in found.entries.indices { found.entries[place].text = mask.apply(to: found.entries[place].text) }
        columns[index].distribution = .values(found)
      }
    }
    for index in checks.indices {
      checks[index].failingKeys = checks[index].failingKeys?.map(masked)
      checks[index].judgement.expected = mask.apply(to: checks[index].judgement.expected)
      if case .text(let text)? = checks[index].judgement.observed {
        checks[index].judgement.observed = .text(mask.apply(to: text))
      }
      for row in checks[index].judgement.sample.indices {
        checks[index].judgement.sample[row].cells = masked(checks[index].judgement.sample[row].cells)
        checks[index].judgement.sample[row].key = masked(checks[index].judgement.sample[row].key)
      }
    }
  }
}
