#include "controller/workload/revisions/revisions.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/fingerprint_text.h"

namespace windlass::workload {
namespace {

// How many revisions a message names: most histories are shorter, and users do not read longer
// lists.
constexpr size_t kRevisionsNamedMax = 20;

bool HasKeptName(const Workload& workload, const ReplicaSet& rs) {
  return !workload.kept_name.empty() && rs.meta.name == workload.kept_name;
}

// Returns true if `rs` has the template of the kept revision, as the user asked for it.
bool HasKeptTemplate(const Workload& workload, const ReplicaSet& rs) {
  const std::string_view kept = workload.kept_template;
  if (kept.empty()) return false;
  return rs.meta.annotations.Find(kRequestedTemplate) == kept ||
         windlass::TextOf(rs.template_fingerprint) == kept;
}

// Looks for the ReplicaSet of the kept revision by name or template: cases 3 to 5 of FindKept, for
// which annotations do not show the ReplicaSet. Returns null if it finds none.
//
// When two ReplicaSets exchange templates, each number moves with its template. The status may then
// still name the ReplicaSet that had the kept revision before. So case 5 takes the named ReplicaSet
// only if it has no readable number, which would be that of another revision.
const ReplicaSet* FindSpoilt(const Workload& workload,
                             const std::vector<const ReplicaSet*>& replica_sets) {
  const ReplicaSet* same_template = nullptr;
  const ReplicaSet* named = nullptr;
  for (const ReplicaSet* rs : replica_sets) {
    const bool has_name = HasKeptName(workload, *rs);
    if (HasKeptTemplate(workload, *rs)) {
      if (has_name) return rs;
      if (same_template == nullptr) same_template = rs;
    }
    const bool has_number = RevisionOf(rs->meta).value_or(0) > 0;
    if (has_name && !has_number && !CompleteAs(*rs)) named = rs;
  }
  return same_template != nullptr ? same_template : named;
}

}  // namespace

int64_t NumberOf(const Workload& workload, const ReplicaSet& rs) {
  if (!RevisionText(rs.meta).empty()) return RevisionOf(rs.meta).value_or(0);
  if (rs.meta.name == workload.published_name) return ParseRevision(workload.revision).value_or(0);
  return rs.meta.name == workload.kept_name ? workload.kept_revision.value_or(0) : 0;
}

std::string NumberText(const Workload& workload, const ReplicaSet& rs) {
  std::string text(RevisionText(rs.meta));
  const int64_t number = text.empty() ? NumberOf(workload, rs) : 0;
  return number > 0 ? std::to_string(number) : text;
}

bool IsPublished(const Workload& workload, std::string_view revision) {
  if (!workload.kind.traits().publishes_numbers) return revision == workload.revision;
  const std::optional<int64_t> number = ParseRevision(revision);
  return workload.revision == (number ? std::to_string(*number) : std::string());
}

bool IsPublished(const Workload& workload, const ReplicaSet& rs) {
  return IsPublished(workload, NumberText(workload, rs));
}

const ReplicaSet* FindPublished(const Workload& workload,
                                const std::vector<const ReplicaSet*>& replica_sets) {
  const int64_t revision = ParseRevision(workload.revision).value_or(0);
  if (revision < 1) return nullptr;
  const ReplicaSet* numbered = nullptr;
  const ReplicaSet* unreadable = nullptr;
  for (const ReplicaSet* rs : replica_sets) {
    const int64_t number = NumberOf(workload, *rs);
    const bool named = rs->meta.name == workload.published_name;
    if (named && number == 0) unreadable = rs;
    if (number == revision && (named || numbered == nullptr)) numbered = rs;
  }
  if (numbered != nullptr) return numbered;
  return unreadable != nullptr ? unreadable : FindRevisionOrFormer(replica_sets, revision);
}

bool HadRevision(const ReplicaSet& rs, int64_t revision) {
  std::string_view history =
      rs.meta.annotations.Find(kRevisionHistory).value_or(std::string_view());
  while (!history.empty()) {
    const size_t end = std::min(history.find(','), history.size());
    if (ParseRevision(history.substr(0, end)) == revision) return true;
    history.remove_prefix(std::min(end + 1, history.size()));
  }
  return false;
}

const ReplicaSet* FindRevision(const std::vector<const ReplicaSet*>& replica_sets,
                               int64_t revision) {
  for (const ReplicaSet* rs : replica_sets) {
    if (RevisionOf(rs->meta) == revision) return rs;
  }
  return nullptr;
}

const ReplicaSet* FindRevisionOrFormer(const std::vector<const ReplicaSet*>& replica_sets,
                                       int64_t revision) {
  if (revision < 1) return nullptr;
  if (const ReplicaSet* rs = FindRevision(replica_sets, revision)) return rs;
  const auto found = std::ranges::find_if(
      replica_sets, [&](const ReplicaSet* rs) { return HadRevision(*rs, revision); });
  return found == replica_sets.end() ? nullptr : *found;
}

std::string CompleteNote(std::string_view revision, std::string_view hash) {
  return std::string(revision).append("/").append(hash);
}

std::optional<int64_t> CompleteAs(const ReplicaSet& rs) {
  const std::string_view note = rs.meta.annotations.Find(kComplete).value_or("");
  const size_t slash = note.find('/');
  const std::string_view hash = rs.meta.labels.Find(kPodTemplateHashLabel).value_or("");
  if (slash == std::string_view::npos || note.substr(slash + 1) != hash) return std::nullopt;
  return ParseRevision(note.substr(0, slash));
}

const ReplicaSet* FindKept(const std::vector<const ReplicaSet*>& replica_sets, int64_t revision) {
  if (revision < 1) return nullptr;
  std::vector<const ReplicaSet*> noted = replica_sets;
  std::erase_if(noted, [&](const ReplicaSet* rs) { return CompleteAs(*rs) != revision; });
  if (const ReplicaSet* rs = FindRevision(noted, revision)) return rs;
  return !noted.empty() ? noted.back() : FindRevisionOrFormer(replica_sets, revision);
}

const ReplicaSet* FindKept(const Workload& workload,
                           const std::vector<const ReplicaSet*>& replica_sets, int64_t revision) {
  const ReplicaSet* kept = FindKept(replica_sets, revision);
  if (revision != workload.kept_revision) return kept;
  if (kept != nullptr && CompleteAs(*kept) == revision) return kept;
  const auto named = std::ranges::find_if(replica_sets, [&](const ReplicaSet* rs) {
    return rs->meta.name == workload.kept_name && RevisionText(rs->meta).empty() &&
           !rs->meta.annotations.Has(kRevisionHistory) && !CompleteAs(*rs);
  });
  if (named != replica_sets.end()) return *named;
  return kept != nullptr ? kept : FindSpoilt(workload, replica_sets);
}

const ReplicaSet* FindStable(const Workload& workload,
                             const std::vector<const ReplicaSet*>& replica_sets) {
  return FindKept(workload, replica_sets, workload.kept_revision.value_or(0));
}

const ReplicaSet* LatestOf(const std::vector<const ReplicaSet*>& replica_sets) {
  const auto number = [](const ReplicaSet* rs) { return RevisionOf(rs->meta).value_or(0); };
  const auto latest =
      std::ranges::max_element(replica_sets.rbegin(), replica_sets.rend(), {}, number);
  return latest == replica_sets.rend() ? nullptr : *latest;
}

std::string NameRevisions(const std::vector<const ReplicaSet*>& replica_sets) {
  std::set<int64_t> numbers;
  for (const ReplicaSet* rs : replica_sets) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (revision && *revision > 0) numbers.insert(*revision);
  }
  if (numbers.empty()) return "no revision";
  const bool cut = numbers.size() > kRevisionsNamedMax;
  while (numbers.size() > kRevisionsNamedMax) numbers.erase(numbers.begin());
  std::string text = numbers.size() == 1 ? "revision " : "revisions ";
  for (const int64_t number : numbers) {
    if (number != *numbers.begin()) text += number == *numbers.rbegin() ? " and " : ", ";
    text += std::to_string(number);
  }
  return cut ? text + ", and lower ones" : text;
}

}  // namespace windlass::workload
