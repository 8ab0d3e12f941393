/// The version of the program, as `--version` and reports give it, and as services are told who asks.
package let assayVersion = "0.1.0"
