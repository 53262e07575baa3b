// The causes why Pods are not updated in place: their names, and the sentences in which users read
// them. Code compares only the names. Source: P-004.
//
// docs/in-place-limits.md lists the causes by name, so a sentence ends with the name, without a
// period. Example: "spec.template.spec.hostNetwork has changed, and Windlass cannot change it in a
// running Pod (FieldChanged)". Exceptions:
//   - kOtherCause, kInvalidSetting and phase unknown: no name
//   - another client puts a drained Pod back into traffic (kNotKept in find_pods.cc): no name
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// Why Pods are not updated in place now.
struct Cause {
  std::string text{};  // the sentence, without its period
  // The name of the cause in metrics. One of:
  //   - the Name of a Reason (eligibility.h)
  //   - the reason of a PodFailure (failure.h)
  //   - one of the names below
  // Empty in phase unknown. Also empty if the cause was read from a rollout's note, because the
  // metric counted the cause already when the note was written.
  std::string reason{};
  // The short form of the cause, such as "FieldChanged:/spec/hostNetwork". The rollout's note and
  // the log have the short form. If it is empty, both have the sentence `text` instead.
  std::string note{};
};

// Names of further causes why a rollout replaces Pods. The other names are those of a Reason
// (eligibility.h) and the reasons of a failed Pod (failure.h).
inline constexpr std::string_view kHostGone = "HostGone";  // the host was deleted
// Another client scaled the pending ReplicaSet.
inline constexpr std::string_view kForeignScale = "ForeignScale";
// The template does not fit into the annotation that stores it while two ReplicaSets exchange their
// templates (WhyNoStash).
inline constexpr std::string_view kTemplateTooLarge = "TemplateTooLarge";
// The API server does not show the wanted template with all defaults, because it refuses a dry run
// (RO-014).
inline constexpr std::string_view kNoDryRun = "NoDryRun";
// The API server accepts annotations of Windlass (the settings or the decision on a ReplicaSet, or
// the state on a Pod), but does not keep them.
inline constexpr std::string_view kNotKept = "AnnotationNotKept";
// A setting is wrong, so policy Only rolls out nothing (P-083).
inline constexpr std::string_view kInvalidSetting = "InvalidConfig";
inline constexpr std::string_view kOtherCause = "Other";  // e.g. a template that cannot be read

// CauseOf returns the cause for `why`. HostIsGone returns the cause kHostGone. Both causes have
// their sentence as `text`.
Cause CauseOf(const NotEligible& why);
Cause HostIsGone();
// Returns the cause kInvalidSetting. Its sentence has all messages of Configuration::errors, each
// with the setting, its value and the remedy.
Cause InvalidSettings(const std::vector<Error>& errors);
// Returns the cause `name`. Its sentence is `text`, followed by the name in parentheses.
Cause Named(std::string_view name, const std::string& text);

// NoteOf returns the text of a cause in a rollout's note: the short form, or the sentence if there
// is no short form. CauseOfNote reads such a text back. The text is a short form if it is
// kHostGone, or if the part before the first ':' is the name of a Reason.
const std::string& NoteOf(const Cause& why);
Cause CauseOfNote(const std::string& note);

// Returns what a user can do so that the rollout goes on, apart from undoing the change of the
// template. Example for a Deployment: "set windlass.dev/in-place to IfPossible for new Pods".
// Returns ""
//   - if there is nothing to do
//   - if the sentence of `why` names the remedy
//   - if `why.reason` is empty
std::string RemedyFor(const Cause& why, const WorkloadKind& kind);

// Returns the message to users if policy Only forbids the rollout because of `why`: the sentence of
// `why`, the words that nothing is rolled out, and the remedy.
std::string RefusedText(const Cause& why, const WorkloadKind& kind);

// Returns the name under which the metric counts a rollout that replaces Pods because of `why`.
// Empty with policy Only: another metric then shows the rollout as stuck, with cause NotPossible.
inline std::string FallbackReason(const Options& options, const Cause& why) {
  return options.policy == Policy::kOnly ? std::string() : why.reason;
}

}  // namespace windlass::in_place
