// The causes why Pods are not updated in place: their names, and the sentences in which users read
// them. Code decides on the names and reads no sentence. Source: P-004.
//
// docs/in-place-limits.md lists the causes by name, so each sentence ends with the name of its
// cause: "spec.template.spec.hostNetwork has changed, and Kubernetes cannot change it in a running
// Pod (FieldChanged)". The sentence of kOtherCause has no name at its end. No sentence ends with a
// period.
#pragma once

#include <string>
#include <string_view>

#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/workload_kind.h"

namespace windlass::in_place {

// Why Pods are not updated in place, or not yet.
struct Cause {
  std::string text{};  // the sentence, without its period
  // The name of the cause in metrics. One of:
  //   - the Name of a Reason (eligibility.h)
  //   - the reason of a PodFailure (failure.h)
  //   - one of the names below
  // Empty in phase unknown, and if the cause was read from a rollout's note: the metric counted the
  // cause when the note was written.
  std::string reason{};
  // What the rollout's note and the log have instead of the sentence, such as
  // "FieldChanged:/spec/hostNetwork". If empty, both have the sentence.
  std::string note{};
};

// Names of the causes why a rollout replaces Pods, other than a Reason (templates, limits) and a
// failed Pod (failure.h).
inline constexpr std::string_view kHostGone = "HostGone";  // the host was deleted
// Another client scaled the pending ReplicaSet.
inline constexpr std::string_view kForeignScale = "ForeignScale";
// The template does not fit into the annotation that the exchange of templates needs (FitsStash).
inline constexpr std::string_view kTemplateTooLarge = "TemplateTooLarge";
// The API server does not show which defaults the wanted template gets (RO-014).
inline constexpr std::string_view kNoDryRun = "NoDryRun";
// The API server accepts the settings on a ReplicaSet, or the state on a Pod, but does not keep
// them.
inline constexpr std::string_view kNotKept = "AnnotationNotKept";
inline constexpr std::string_view kOtherCause = "Other";  // e.g. a template that cannot be read

// CauseOf returns the cause for `why`, HostIsGone the cause kHostGone; each has its sentence.
Cause CauseOf(const NotEligible& why);
Cause HostIsGone();
// Returns the cause `name`. Its sentence is `text`, followed by the name in parentheses.
Cause Named(std::string_view name, const std::string& text);

// NoteOf returns what a rollout's note says of a cause, and CauseOfNote returns the cause for such
// a note. A note that begins with the name of a Reason, or is kHostGone, stands for a sentence. Any
// other note is the sentence itself.
const std::string& NoteOf(const Cause& why);
Cause CauseOfNote(const std::string& note);

// Returns what a user can do so that the rollout goes on, other than to take the template back.
// Returns "" if there is nothing to do, if the sentence of `why` names the remedy, or if
// `why.reason` is empty. Example for a Deployment: "set windlass.dev/in-place to IfPossible for new
// Pods".
std::string RemedyFor(const Cause& why, const WorkloadKind& kind);

// Returns what users read while policy Only keeps a rollout back: the sentence of `why`, and the
// remedy.
std::string RefusedText(const Cause& why, const WorkloadKind& kind);

// Returns the name by which the metric counts a rollout that replaces Pods because of `why`. With
// policy Only, returns an empty text: another metric shows such a rollout as blocked by
// NotPossible.
inline std::string FallbackReason(const Options& options, const Cause& why) {
  return options.policy == Policy::kOnly ? std::string() : why.reason;
}

}  // namespace windlass::in_place
