/// Whether parts of a filter can be judged from the element alone: they never ask for the document's root, `$`.
extension JSONPathCondition {
  var isRelative: Bool {
    switch self {
    case .any(let parts), .all(let parts): parts.allSatisfy(\.isRelative)
    case .not(let part): part.isRelative
    case .exists(let query): query.isWhollyRelative
    case .comparison(let left, _, let right): left.isRelative && right.isRelative
    case .function(let function): function.isRelative
    }
  }
}

extension JSONPathQuery {
  /// Whether the query begins at `@`, and the filters within it do so too.
  var isWhollyRelative: Bool {
    isRelative
      && segments.allSatisfy { segment in
        switch segment {
        case .child(let selectors), .descendant(let selectors): selectors.allSatisfy(\.isRelative)
        }
      }
  }
}

extension JSONPathSelector {
  var isRelative: Bool {
    if case .filter(let condition) = self { return condition.isRelative }
    return true
  }
}

extension JSONPathOperand {
  var isRelative: Bool {
    switch self {
    case .literal: true
    case .query(let query): query.isWhollyRelative
    case .function(let function): function.isRelative
    }
  }
}

extension JSONPathFunction {
  var isRelative: Bool { arguments.allSatisfy(\.isRelative) }
}
