// The answers of dry runs about the templates of Rollouts: the defaults that the API server sets in
// a ReplicaSet, and whether the API server would accept a Pod.
//
// The template of a stored Rollout is as the user wrote it, while that of a ReplicaSet has all
// defaults. Only the API server knows these: they depend on its version, features and admission. So
// Windlass asks it before a ReplicaSet is made (dry_run.h), and keeps the answer here until the
// rollout is over. Losing this memory costs only another dry run (RO-090, RO-093).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"

namespace windlass::rollout {

// How long a refusal counts, and how long an answer without a verdict counts. Both end earlier if
// the Rollout gets a new generation, because a user may have removed the cause.
inline constexpr Duration kRefusalCounts = seconds(300);
inline constexpr Duration kNoVerdictCounts = seconds(600);
// The defaults of a template are overdue if they have not come after this time. A lost answer, or
// the restart of a webhook, usually delays them for less time. Once the defaults are overdue, a
// Rollout without Pods gets Pods of an earlier revision (RO-122).
inline constexpr seconds kDefaultsTakeAtMost = seconds(30);
// Once Rest was called, an answer counts for this time after its arrival. The sync that asked needs
// the answer until its end. Later the API server may set other defaults, for example after an
// upgrade.
inline constexpr seconds kAnswerAtRestCounts = seconds(60);

enum class DryRunVerdict : uint8_t {
  kNotAsked,
  kAccepted,   // the API server would make the object
  kRefused,    // the API server would not make it, because the template is wrong
  kNoVerdict,  // the template was not judged, because a webhook does not support dry run; for a
               // Pod, also because the API server forbids the Pod or is in trouble
  kForbidden,  // the template was not judged, because a policy, a quota or a missing right forbids
               // the ReplicaSet
  kNotTold,    // the defaults did not come, but may come soon; the answer is never kept
};

// The answer to one dry run.
struct DryRunAnswer {
  DryRunVerdict verdict = DryRunVerdict::kNotAsked;
  std::string message{};                         // the API server's words; empty if accepted
  std::optional<DefaultedTemplate> defaulted{};  // set if a ReplicaSet was accepted
};

// What is known of one requested template at one moment.
struct TemplateChecks {
  struct Check {
    DryRunVerdict verdict = DryRunVerdict::kNotAsked;
    std::string message{};
    std::optional<WallTime> until{};  // when the verdict ceases to count; nullopt: never

    // Returns true if an answer came that says nothing about the template.
    bool not_judged() const {
      return verdict == DryRunVerdict::kNoVerdict || verdict == DryRunVerdict::kForbidden;
    }
  };
  const DefaultedTemplate* defaulted = nullptr;  // null if not known; borrowed from the memory
  Check replica_set{};
  Check pod{};
  // When the defaults become overdue: kDefaultsTakeAtMost after the first answer without them.
  // nullopt if no such answer came within kNoVerdictCounts, or since NoteReplicaSet or Rest was
  // called.
  std::optional<WallTime> defaults_overdue_from{};

  // Returns the check that refused the template; null if none did.
  const Check* Refusal() const;
  // Returns the check whose verdict is kNoVerdict or kForbidden. If both checks have such a
  // verdict, returns the Pod's check; if neither has, null.
  const Check* NotJudged() const;
};

// Keeps, for each Rollout, the answers about one template: that of the last dry run. Core thread
// only.
class TemplateDefaults {
 public:
  // Identifies a requested template of one Rollout, at one generation.
  struct Subject {
    Uid rollout;
    std::string requested;  // Workload::requested_template
    int64_t generation = 0;
  };
  static Subject SubjectOf(const Workload& workload);

  // Returns what is known now. `defaulted` in the result is valid until the next call of a function
  // that notes or forgets.
  TemplateChecks Find(const Subject& subject, WallTime now) const;

  // Note the answer to the dry run of a ReplicaSet, or of a Pod. If answers about an earlier
  // template of the Rollout were kept, these functions forget them.
  void NoteReplicaSet(const Subject& subject, DryRunAnswer answer, WallTime now);
  void NotePod(const Subject& subject, DryRunAnswer answer, WallTime now);
  // Notes that an answer did not tell the defaults. They become overdue some time after the first
  // such answer (defaults_overdue_from). If none came for kNoVerdictCounts, for example because the
  // Rollout was paused, the next one counts as the first.
  void NoteNotTold(const Subject& subject, WallTime now);

  // Call this when the Rollout is gone or its rollout is complete.
  void Forget(const Uid& rollout) { entries_.erase(rollout); }
  // Call this instead of Forget if the rollout is complete, but only these answers show which
  // ReplicaSet has its template. Forget would take the answer from the sync that has just asked for
  // it. That sync would fail, and the next sync would ask again. After Rest, each answer counts for
  // kAnswerAtRestCounts from its arrival. The first call for a Rollout also forgets the times of
  // NoteNotTold: they belong to the complete rollout.
  void Rest(const Uid& rollout);
  // Call this right after an answer was noted, if Rest was called right before it. If that answer
  // is the first that is kept for the Rollout, Rest had nothing to mark. Unlike Rest, this keeps
  // the time of NoteNotTold: that answer came at rest.
  void StayAtRest(const Uid& rollout);
  // Forgets each Rollout at rest whose answers and times have all expired at `now`. Returns true if
  // other Rollouts at rest are left. After Rest, call this about every kAnswerAtRestCounts until it
  // returns false: the answers of thousands of Rollouts may be large.
  bool ForgetOver(WallTime now);
  // Forgets the answers about a template of the Rollout other than `requested`. The functions that
  // note an answer about `requested` do the same. Call this function as well, because such an
  // answer may never come.
  void ForgetOthers(const Uid& rollout, std::string_view requested);
  size_t size() const { return entries_.size(); }

 private:
  struct Kept {
    DryRunAnswer answer;
    int64_t generation = 0;
    WallTime at;
  };
  struct Entry {
    std::string requested;
    Kept replica_set{};
    Kept pod{};
    std::optional<WallTime> not_told_since{};
    WallTime not_told_last{};
    bool rests = false;  // Rest was called
  };
  Entry& EntryOf(const Subject& subject);
  static TemplateChecks::Check CheckOf(const Kept& kept, int64_t generation, WallTime now);
  static bool IsOver(const Entry& entry, const Kept& kept, WallTime now);
  static bool IsUntold(const Entry& entry, WallTime now);

  std::map<Uid, Entry> entries_;
};

}  // namespace windlass::rollout
