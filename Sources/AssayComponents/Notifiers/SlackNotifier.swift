package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// `notify: [{type: slack, webhook_url: …}]`: a message in a channel.
package struct SlackNotifier: Notifier, Component {
  var webhookURL = ""

  package static let schema = Schema(
    "slack", SlackNotifier(), summary: "Writes a message into a Slack channel, through an incoming webhook.",
    details: """
      The message has the reasons, the counts of checks, the score, the path of the report and the command that tells more. What data
      and servers say is shown as it is: it mentions nobody and formats nothing.
      """,
    keys: [
      Key(
        "webhook_url", \.webhookURL, required: true, secret: true,
        "The address of the incoming webhook: whoever has it can write into the channel.")
    ],
    rules: [Rule("webhook_url", code: .badValue) { addressFault($0.webhookURL) }],
    examples: [
      "type: slack\nwebhook_url: \"${secret:SLACK_WEBHOOK}\"",
      "type: slack\nname: on-call\nwebhook_url: \"${secret:SLACK_ON_CALL}\"\non: [failure, missed]\nat_most_every: 1h",
    ],
    faults: [
      FaultExample("⟪type: slack\non: failure", "needs 'webhook_url'"),
      FaultExample(
        "type: slack\nwebhook_url: https://hooks.slack.com/services/T0/B0/x\non: ⟪failed",
        "expected one of failure, recovery, warning, missed, success, not 'failed'"),
    ])

  package var hasSecretAddress: Bool { true }

  package func message(_ notice: Notice) -> NoticeMessage? {
    .json(SlackMessage(notice).json, .post, webhookURL)
  }
}
