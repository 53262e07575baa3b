// What dry runs told about the templates of Rollouts: the defaults that the API server sets in a
// ReplicaSet, and whether it would accept a Pod.
//
// A stored Rollout has its template as it was written, and the template of a ReplicaSet has all
// defaults. Only the API server knows the defaults: its version, features and admission decide. So
// Windlass asks it before a ReplicaSet is made (dry_run.h), and keeps the answer here until the
// rollout is over. Nothing depends on this memory: losing it costs one more question (RO-090,
// RO-093).
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

// How long an answer counts if it was not "yes". A new generation of the Rollout ends it, too: a
// user may have changed what was in the way.
inline constexpr Duration kRefusalCounts = seconds(300);
inline constexpr Duration kNoVerdictCounts = seconds(600);

enum class DryRunVerdict : uint8_t {
  kNotAsked,
  kAccepted,   // the API server would make the object
  kRefused,    // it never will: the template is wrong
  kNoVerdict,  // it did not judge the template: a quota, a missing right, a webhook, trouble
  kNotTold,    // it did not tell the defaults, and may do so soon; never kept
};

// The answer to one dry run.
struct DryRunAnswer {
  DryRunVerdict verdict = DryRunVerdict::kNotAsked;
  std::string message{};                         // the server's words; empty if it accepted
  std::optional<DefaultedTemplate> defaulted{};  // of a ReplicaSet that it accepted
};

// What is known of one requested template at one moment.
struct TemplateChecks {
  struct Check {
    DryRunVerdict verdict = DryRunVerdict::kNotAsked;
    std::string message{};
    std::optional<WallTime> until{};  // when it no longer counts; nullopt: never
  };
  const DefaultedTemplate* defaulted = nullptr;  // null if not known; borrowed from the memory
  Check replica_set{};
  Check pod{};

  // Returns the check that refused the template; null if none did.
  const Check* Refusal() const;
  // Returns the check in which the template was not judged, that of the Pod first; null if there is
  // none.
  const Check* NotJudged() const;
};

// Keeps one template for each Rollout: the one that was asked about last. Core thread only.
class TemplateDefaults {
 public:
  // Identifies a requested template of one Rollout, at one generation.
  struct Subject {
    Uid rollout;
    std::string requested;  // Workload::requested_template
    int64_t generation = 0;
  };
  static Subject SubjectOf(const Workload& workload);

  // Returns what is known now. `defaulted` is valid until the next call of Note or Forget.
  TemplateChecks Find(const Subject& subject, WallTime now) const;

  // Note the answer to the dry run of a ReplicaSet, or of a Pod. Forget what was known of an
  // earlier template of the Rollout.
  void NoteReplicaSet(const Subject& subject, DryRunAnswer answer, WallTime now);
  void NotePod(const Subject& subject, DryRunAnswer answer, WallTime now);

  // Call this when the Rollout is gone or its rollout is complete.
  void Forget(const Uid& rollout) { entries_.erase(rollout); }
  // Forgets what is known of other templates of the Rollout than `requested`. An answer about
  // `requested`, which would take their place, may never come.
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
  };
  Entry& EntryOf(const Subject& subject);
  static TemplateChecks::Check CheckOf(const Kept& kept, int64_t generation, WallTime now);

  std::map<Uid, Entry> entries_;
};

}  // namespace windlass::rollout
