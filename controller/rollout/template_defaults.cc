#include "controller/rollout/template_defaults.h"

#include <utility>

namespace windlass::rollout {
namespace {

// Returns how long an answer counts; nullopt if it counts as long as the Rollout requests the
// template.
std::optional<seconds> Lifetime(DryRunVerdict verdict) {
  switch (verdict) {
    case DryRunVerdict::kRefused: return std::chrono::duration_cast<seconds>(kRefusalCounts);
    case DryRunVerdict::kNoVerdict:
    case DryRunVerdict::kForbidden: return std::chrono::duration_cast<seconds>(kNoVerdictCounts);
    default: return std::nullopt;
  }
}

}  // namespace

const TemplateChecks::Check* TemplateChecks::Refusal() const {
  if (replica_set.verdict == DryRunVerdict::kRefused) return &replica_set;
  return pod.verdict == DryRunVerdict::kRefused ? &pod : nullptr;
}

const TemplateChecks::Check* TemplateChecks::NotJudged() const {
  if (pod.not_judged()) return &pod;
  return replica_set.not_judged() ? &replica_set : nullptr;
}

TemplateDefaults::Subject TemplateDefaults::SubjectOf(const Workload& workload) {
  return {workload.meta.uid, workload.requested_template, workload.meta.generation};
}

TemplateChecks TemplateDefaults::Find(const Subject& subject, WallTime now) const {
  const auto found = entries_.find(subject.rollout);
  if (found == entries_.end() || found->second.requested != subject.requested) return {};
  const Entry& entry = found->second;
  TemplateChecks checks;
  const bool over = IsOver(entry, entry.replica_set, now);
  if (!over) checks.replica_set = CheckOf(entry.replica_set, subject.generation, now);
  if (!IsOver(entry, entry.pod, now)) checks.pod = CheckOf(entry.pod, subject.generation, now);
  if (IsUntold(entry, now)) {
    checks.defaults_overdue_from = *entry.not_told_since + kDefaultsTakeAtMost;
  }
  const std::optional<DefaultedTemplate>& defaulted = entry.replica_set.answer.defaulted;
  if (defaulted && !over) checks.defaulted = &*defaulted;
  return checks;
}

void TemplateDefaults::NoteReplicaSet(const Subject& subject, DryRunAnswer answer, WallTime now) {
  Entry& entry = EntryOf(subject);
  entry.replica_set = {std::move(answer), subject.generation, now};
  entry.not_told_since.reset();
}

void TemplateDefaults::NotePod(const Subject& subject, DryRunAnswer answer, WallTime now) {
  EntryOf(subject).pod = {std::move(answer), subject.generation, now};
}

// Notes that the API server has answered without the defaults. not_told_since is the time of the
// first such answer in a series. If the clock was set back since, this answer counts as the first.
void TemplateDefaults::NoteNotTold(const Subject& subject, WallTime now) {
  Entry& entry = EntryOf(subject);
  const bool goes_on = IsUntold(entry, now) && *entry.not_told_since <= now;
  if (!goes_on) entry.not_told_since = now;
  entry.not_told_last = now;
}

void TemplateDefaults::ForgetOthers(const Uid& rollout, std::string_view requested) {
  const auto found = entries_.find(rollout);
  if (found != entries_.end() && found->second.requested != requested) entries_.erase(found);
}

void TemplateDefaults::Rest(const Uid& rollout) {
  const auto found = entries_.find(rollout);
  if (found == entries_.end()) return;
  if (!found->second.rests) found->second.not_told_since.reset();
  found->second.rests = true;
}

void TemplateDefaults::StayAtRest(const Uid& rollout) {
  const auto found = entries_.find(rollout);
  if (found != entries_.end()) found->second.rests = true;
}

bool TemplateDefaults::ForgetOver(WallTime now) {
  bool rest = false;
  std::erase_if(entries_, [&](const auto& one) {
    const Entry& entry = one.second;
    const bool over = IsOver(entry, entry.replica_set, now) && IsOver(entry, entry.pod, now) &&
                      !IsUntold(entry, now);
    rest = rest || (entry.rests && !over);
    return over;
  });
  return rest;
}

// Returns true if the Rollout is at rest (Rest), and `kept` came at least kAnswerAtRestCounts ago.
// If the clock was set back, `kept.at` is after `now`: the answer is then over, too.
bool TemplateDefaults::IsOver(const Entry& entry, const Kept& kept, WallTime now) {
  return entry.rests && (now < kept.at || now >= kept.at + kAnswerAtRestCounts);
}

// Returns true if the defaults did not come, and Windlass asked for them less than kNoVerdictCounts
// ago.
bool TemplateDefaults::IsUntold(const Entry& entry, WallTime now) {
  return entry.not_told_since && now - entry.not_told_last < kNoVerdictCounts;
}

TemplateDefaults::Entry& TemplateDefaults::EntryOf(const Subject& subject) {
  Entry& entry = entries_[subject.rollout];
  if (entry.requested != subject.requested) entry = {.requested = subject.requested};
  return entry;
}

// An answer without a lifetime always counts. An answer with a lifetime does not count if its time
// is later than `now`: the clock was set back since, and the answer would count for too long.
TemplateChecks::Check TemplateDefaults::CheckOf(const Kept& kept, int64_t generation,
                                                WallTime now) {
  TemplateChecks::Check check{.verdict = kept.answer.verdict, .message = kept.answer.message};
  const std::optional<seconds> lifetime = Lifetime(check.verdict);
  if (!lifetime) return check;
  check.until = kept.at + *lifetime;
  const bool counts = kept.generation == generation && now >= kept.at && now < *check.until;
  return counts ? check : TemplateChecks::Check{};
}

}  // namespace windlass::rollout
