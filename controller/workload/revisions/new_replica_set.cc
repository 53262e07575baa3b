#include "controller/workload/revisions/new_replica_set.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/revisions/uncached_parts.h"
#include "controller/workload/rolling_sizes.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/template_text.h"

namespace windlass::workload {
namespace {

// The most bytes of the annotation with a ReplicaSet's former revisions (D-164).
constexpr size_t kRevisionHistoryBytesMax = 2000;

// Revisions from this number on are ignored: counting does not get that far, so a client has set
// them by hand.
constexpr int64_t kRevisionMax = int64_t{1} << 62U;

Request ReadOf(const ReplicaSet& rs) {
  return Request::Get(resources::kReplicaSets, KeyOf(rs.meta));
}

// Returns the ReplicaSet with the published revision. A controller has already found that this
// ReplicaSet has the present template. Returns null
//   - if the status does not observe the present generation: the template may have changed since
//   - while Pods follow an earlier revision after an abort: the published revision is then not the
//     revision of the template
//   - if no ReplicaSet has the published revision
const ReplicaSet* OfObservedRevision(const Workload& workload,
                                     const std::vector<const ReplicaSet*>& ours) {
  if (workload.revision.empty() || workload.follow_revision) return nullptr;
  if (workload.status.observed_generation != workload.meta.generation) return nullptr;
  for (const ReplicaSet* rs : ours) {
    if (IsPublished(workload, *rs)) return rs;
  }
  return nullptr;
}

// Returns the text of the workload's template, with the API server's defaults; null if the text is
// not known.
const std::string* TextWithDefaults(const Workload& workload) {
  if (workload.requested_template.empty()) return workload.template_json;
  return workload.defaulted != nullptr ? &workload.defaulted->json : nullptr;
}

bool ReadShowsSameTemplate(const Workload& workload, const ReplicaSet& rs, const Learned& learned) {
  const std::string* wanted = TextWithDefaults(workload);
  if (wanted == nullptr) return false;
  const Outcome* read = FindOutcome(learned, ReadOf(rs).Identity());
  if (read == nullptr || !read->said.ok()) return false;
  const Result<std::string> pod_template = ExtractTemplate(read->said->body);
  return pod_template.ok() && DifferAtMostInForm(*wanted, *pod_template);
}

const ReplicaSet* OldestWith(const Fingerprint& fingerprint,
                             const std::vector<const ReplicaSet*>& ours) {
  const auto found = std::ranges::find(ours, fingerprint, &ReplicaSet::template_fingerprint);
  return found == ours.end() ? nullptr : *found;
}

// Returns the ReplicaSet whose annotation names the template that the user asked for; null if there
// is none. If several have the annotation, returns the oldest one with replicas, else the oldest.
const ReplicaSet* NotedForRequest(const Workload& workload,
                                  const std::vector<const ReplicaSet*>& ours) {
  const ReplicaSet* oldest = nullptr;
  for (const ReplicaSet* rs : ours) {
    if (rs->meta.annotations.Find(kRequestedTemplate) != workload.requested_template) continue;
    if (rs->replicas > 0) return rs;
    if (oldest == nullptr) oldest = rs;
  }
  return oldest;
}

// Adds the note kRequestedTemplate to `change`. By this note, later syncs find `rs` although the
// API server added defaults to its template. Adds nothing
//   - if `rs` has exactly the workload's template, because later syncs then need no note to find
//     `rs`
//   - while Pods follow an earlier revision after an abort, because `rs` then does not have the
//     template that the user asked for
void NoteRequest(const Workload& workload, const ReplicaSet& rs, ReplicaSetChange& change) {
  const std::string& requested = workload.requested_template;
  if (requested.empty() || workload.follow_revision) return;
  if (rs.template_fingerprint == workload.template_fingerprint) return;
  if (rs.meta.annotations.Find(kRequestedTemplate) == requested) return;
  change.annotations[std::string(kRequestedTemplate)] = requested;
}

// Returns the revision that the annotation kPromote names: 8 in "2@8" and "full@8/force".
std::optional<int64_t> PromotedRevision(const Workload& workload) {
  std::string_view text = workload.meta.annotations.Find(kPromote).value_or(std::string_view());
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + 1);
  return ParseRevision(text.substr(0, text.find('/')));
}

// Returns true if the revision that Pods follow is the present number of `rs` or a former one.
bool IsFollowed(const Workload& workload, const ReplicaSet& rs) {
  const std::optional<int64_t>& follow = workload.follow_revision;
  return follow && (NumberOf(workload, rs) == *follow || HadRevision(rs, *follow));
}

// Adds the number `revision` to `change`, unless `rs` has that number or a higher one. A lower
// number of `rs` goes to the end of the history. Example: `rs` has 3, and `revision` is 5: `change`
// gets the revision 5, and 3 at the end of the history. If another client removed the annotation,
// the workload's status may still have the lower number (NumberText).
void RaiseRevision(const Workload& workload, const ReplicaSet& rs, int64_t revision,
                   ReplicaSetChange& change) {
  const std::string text = NumberText(workload, rs);
  const std::optional<int64_t> present = ParseRevision(text);
  const bool is_former = present && *present < revision;
  if (present && !is_former && !RevisionText(rs.meta).empty()) return;  // keeps its number (D-161)
  change.annotations[std::string(kRevision)] = std::to_string(revision);
  if (!is_former) return;
  const auto history = rs.meta.annotations.Find(kRevisionHistory).value_or(std::string_view());
  // A webhook may remove the number from `rs` after each write. The history then has `text`
  // already.
  if (history == text || history.ends_with("," + text)) return;
  std::string longer = AppendToHistory(history, text, kRevisionHistoryBytesMax);
  if (longer != history) change.annotations[std::string(kRevisionHistory)] = std::move(longer);
}

// Adds the revision that Pods follow to the history in `change`, so that later syncs find `rs`
// whatever number `rs` gets. Adds nothing if the annotations of `rs` show this revision already.
// They do not show it if a client has changed them; `rs` was then found by its template or its name
// alone (FindKept).
void NoteFollowed(const Workload& workload, const ReplicaSet& rs, ReplicaSetChange& change) {
  const std::optional<int64_t>& follow = workload.follow_revision;
  if (!follow || IsFollowed(workload, rs) || CompleteAs(rs) == *follow) return;
  const auto raised = change.annotations.find(std::string(kRevisionHistory));
  const std::string_view history =
      raised != change.annotations.end()
          ? std::string_view(raised->second)
          : rs.meta.annotations.Find(kRevisionHistory).value_or(std::string_view());
  change.annotations[std::string(kRevisionHistory)] =
      AppendToHistory(history, std::to_string(*follow), kRevisionHistoryBytesMax);
}

// Returns the size that a rolling update gives the new ReplicaSet when it creates the ReplicaSet.
int32_t FirstSize(const Situation& situation) {
  return NewReplicaSetSize({}, SizesOf(situation.all), situation.limits,
                           PositionOfKeeper(situation, situation.all));
}

}  // namespace

const ReplicaSet* FindNewReplicaSet(const Workload& workload,
                                    const std::vector<const ReplicaSet*>& ours,
                                    const Learned& learned) {
  if (const ReplicaSet* rs = OldestWith(workload.template_fingerprint, ours)) return rs;
  if (!workload.requested_template.empty()) {
    if (const ReplicaSet* rs = NotedForRequest(workload, ours)) return rs;
  }
  if (workload.defaulted != nullptr) {
    if (const ReplicaSet* rs = OldestWith(workload.defaulted->fingerprint, ours)) return rs;
  }
  const ReplicaSet* current = OfObservedRevision(workload, ours);
  const bool same = current != nullptr && ReadShowsSameTemplate(workload, *current, learned);
  return same ? current : nullptr;
}

WantedTemplate FindWantedTemplate(const Workload& workload, const ReplicaSet* wanted) {
  const WantedTemplate own{
      .fingerprint = workload.template_fingerprint, .json = workload.template_json, .known = true};
  if (workload.requested_template.empty() && !workload.follow_revision) return own;
  const ReplicaSet* rs = wanted;
  if (rs != nullptr && rs->template_fingerprint == own.fingerprint) return own;
  if (rs == nullptr && workload.follow_revision) return {};
  const DefaultedTemplate* defaulted = workload.defaulted;
  if (defaulted != nullptr &&
      (rs == nullptr || rs->template_fingerprint == defaulted->fingerprint)) {
    return {.fingerprint = defaulted->fingerprint, .json = &defaulted->json, .known = true};
  }
  if (rs == nullptr) return {};
  return {.fingerprint = rs->template_fingerprint, .json = rs->template_json.get(), .known = true};
}

std::optional<Step> ConfirmTemplateChanged(const Situation& situation) {
  if (situation.new_replica_set != nullptr) return std::nullopt;
  if (!situation.wanted.known) return std::nullopt;
  const ReplicaSet* current = OfObservedRevision(situation.workload, situation.all);
  if (current == nullptr || current->replicas == 0) return std::nullopt;
  Request read = ReadOf(*current);
  if (FindOutcome(situation.learned, read.Identity()) != nullptr) return std::nullopt;
  if (auto step = ReadOwnParts(situation.workload, situation.learned)) return step;
  return Read{std::move(read),
              "Windlass compares the templates once more, because no ReplicaSet seems to have the "
              "workload's template, although status.observedGeneration is up to date"};
}

int64_t NextRevision(const std::vector<const ReplicaSet*>& old) {
  std::vector<int64_t> given = {0};
  for (const ReplicaSet* rs : old) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (revision && *revision < kRevisionMax) given.push_back(*revision);
  }
  std::ranges::sort(given, std::ranges::greater());
  int64_t above = kRevisionMax;
  for (const int64_t revision : given) {
    if (revision + 1 < above) return revision + 1;
    above = revision;
  }
  return 1;
}

int64_t NumberFor(const Workload& workload, const ReplicaSet* rs,
                  const std::vector<const ReplicaSet*>& others) {
  int64_t number = NextRevision(others);
  const int64_t present = rs != nullptr ? NumberOf(workload, *rs) : 0;
  const bool again = rs != nullptr && WasAborted(workload, *rs) && !IsFollowed(workload, *rs);
  if (again && present < kRevisionMax - 1) number = std::max(number, present + 1);
  const auto rise_above = [&](std::optional<int64_t> given) {
    if (given && *given < kRevisionMax - 1 && *given > present)
      number = std::max(number, *given + 1);
  };
  if (workload.kind.traits().keeps_stable_revision) {
    const bool is_numbered = present > 0;
    const bool is_changed = workload.status.observed_generation < workload.meta.generation;
    if (is_changed || (rs != nullptr && !is_numbered)) rise_above(ParseRevision(workload.revision));
    if (!is_numbered) {
      const std::optional<int64_t> promoted = PromotedRevision(workload);
      if (promoted != workload.promised_revision) rise_above(promoted);
      number = std::max(number, workload.promised_revision);
    }
  }
  return std::max(present, number);
}

std::string AbortedNote(const Workload& workload, const ReplicaSet& rs) {
  return workload.meta.uid.ToString() + "/" + std::to_string(NumberOf(workload, rs));
}

bool WasAborted(const Workload& workload, const ReplicaSet& rs) {
  const auto note = rs.meta.annotations.Find(kAborted);  // few ReplicaSets have one
  return note && NumberOf(workload, rs) > 0 && *note == AbortedNote(workload, rs);
}

int64_t RevisionToBe(const Situation& situation) {
  const ReplicaSet* rs = situation.new_replica_set;
  return NumberFor(situation.workload, rs, rs == nullptr ? situation.all : situation.old);
}

ReplicaSetChange MissingFromNewReplicaSet(const Situation& situation) {
  const ReplicaSet& rs = *situation.new_replica_set;
  ReplicaSetChange change;
  // While Pods follow a revision, the workload's annotations describe another template (RO-031).
  if (!situation.workload.follow_revision) {
    CopyAnnotations(situation.workload, &rs, change.annotations);
    NoteRequest(situation.workload, rs, change);
  }
  RaiseRevision(situation.workload, rs, RevisionToBe(situation), change);
  NoteFollowed(situation.workload, rs, change);
  // The new number makes `rs` the latest ReplicaSet, but its size annotations may be of an earlier
  // rollout. While the workload has 0 replicas, the size annotations must say 0. Otherwise
  // FindServedLast (proven.h) would take them, under Recreate, for a scaling up, and would return
  // null.
  const bool sleeps = situation.limits.desired == 0 && rs.replicas == 0;
  if (sleeps && change.annotations.contains(std::string(kRevision))) {
    SetSizeAnnotations(situation.limits, change.annotations);
  }
  if (rs.min_ready_seconds != situation.workload.min_ready_seconds) {
    change.min_ready_seconds = situation.workload.min_ready_seconds;
  }
  const auto raised = change.annotations.find(std::string(kRevision));
  const std::string_view revision =
      raised != change.annotations.end() ? raised->second : RevisionText(rs.meta);
  const PlannedWrite write{
      .what = PlannedWrite::What::kNewReplicaSet, .onto = &rs, .revision = revision};
  change.counted_reason = situation.extension().Note(situation, write, change.annotations);
  return change;
}

std::string ReplicaSetName(std::string_view deployment_name, std::string_view hash) {
  if (hash.size() + 1 < kNameBytesMax) {
    deployment_name = deployment_name.substr(0, kNameBytesMax - 1 - hash.size());
  }
  return std::string(deployment_name) + "-" + std::string(hash);
}

Result<NewReplicaSet> PartsOfNewReplicaSet(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (workload.template_json == nullptr) {
    return Error{ErrorKind::kMalformed, "spec.template: it has not been read yet"};
  }
  WINDLASS_TRY(const std::string canonical, CanonicalTemplate(*workload.template_json));
  const std::optional<int32_t>& collisions = workload.status.collision_count;

  NewReplicaSet parts;
  parts.hash = ComputeHash(canonical, collisions ? *collisions : -1);
  parts.name = ReplicaSetName(workload.meta.name, parts.hash);
  parts.replicas = situation.recreate() ? situation.limits.desired  // at once (D-330)
                                        : FirstSize(situation);
  if (situation.extended.new_one_is_empty) parts.replicas = 0;
  CopyAnnotations(workload, nullptr, parts.annotations);
  if (!workload.requested_template.empty()) {
    parts.annotations[std::string(kRequestedTemplate)] = workload.requested_template;
  }
  parts.annotations[std::string(kRevision)] = std::to_string(RevisionToBe(situation));
  const PlannedWrite write{.what = PlannedWrite::What::kNewReplicaSet,
                           .revision = parts.annotations[std::string(kRevision)]};
  parts.counted_reason = situation.extension().Note(situation, write, parts.annotations);
  SetSizeAnnotations(situation.limits, parts.annotations);
  return parts;
}

void SetSizeAnnotations(const Fenceposts& limits, std::map<std::string, std::string>& annotations) {
  annotations[std::string(kDesiredReplicas)] = std::to_string(limits.desired);
  annotations[std::string(kMaxReplicas)] =
      std::to_string(std::min<int64_t>(limits.max_total(), kUnlimited));
}

}  // namespace windlass::workload
