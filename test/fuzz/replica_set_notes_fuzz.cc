// The annotations in which ReplicaSets remember a rollout in place. Each of them has the input as
// its value.
#include <nlohmann/json.hpp>

#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/refusal_count.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

using namespace in_place;

constexpr std::string_view kRevision = "6";
constexpr Fingerprint kTo{1, 2};

ReplicaSet Named(const char* name, const char* uid) {
  ReplicaSet rs;
  rs.meta.namespace_ = "shop";
  rs.meta.name = name;
  rs.meta.uid = *Uid::Parse(uid);
  rs.meta.labels = {{kPodTemplateHashLabel, "55"}};
  return rs;
}

ReplicaSet Pending(std::string_view key, std::string_view text) {
  ReplicaSet rs = Named("web-bbb", "bbbbbbbb-e89b-42d3-a456-426614174000");
  rs.meta.annotations = {{key, text}, {"deployment.kubernetes.io/revision", kRevision}};
  return rs;
}

void CheckNotes(std::string_view text) {
  if (const auto mode = ModeOf(Pending(kMode, text), kRevision)) {
    WL_ASSERT(ModeOf(Pending(kMode, WriteMode(*mode, kRevision)), kRevision) == mode);
  }
  if (const auto block = BlockOf(Pending(kBlocked, text), kRevision)) {
    const auto again = BlockOf(Pending(kBlocked, WriteBlock(*block, kRevision)), kRevision);
    WL_ASSERT(again && again->reason == block->reason);
    WL_ASSERT(again->unblock_used == block->unblock_used);
    WL_ASSERT(again->tried_since.has_value() == block->tried_since.has_value());
  }
  WL_ASSERT(NotedStandIns(Pending(kStandIns, text)) >= 0);
  if (const auto refusals = RefusalsOf(Pending(kRefusedPatches, text), kRevision, kTo)) {
    WL_ASSERT(refusals->tries > 0);
    const std::string again = WriteRefusals(*refusals, kRevision, kTo);
    WL_ASSERT(RefusalsOf(Pending(kRefusedPatches, again), kRevision, kTo).has_value());
  }
}

void CheckStash(std::string_view text) {
  const ReplicaSet pending = Pending(kExchange, text);
  const ReplicaSet host = Named("web-aaa", "aaaaaaaa-e89b-42d3-a456-426614174000");
  const ReplicaSet* const all[] = {&pending, &host};
  const std::optional<Stash> stash = StashOf(pending, host);
  WL_ASSERT(stash.has_value() == (HostOfStash(pending, all) == &host));
  if (!stash) return;
  WL_ASSERT(!StashOf(host, pending));
  const Result<Request> finish = FinishExchange(host, *stash);
  if (!finish.ok()) {
    WL_ASSERT(finish.error().kind == ErrorKind::kMalformed);
    return;
  }
  WL_ASSERT(nlohmann::json::accept(finish->body()));
}

void CheckTemplate(const std::string& text) {
  const ReplicaSet pending = Pending(kMode, "");
  const ReplicaSet host = Named("web-aaa", "aaaaaaaa-e89b-42d3-a456-426614174000");
  const Result<Request> begin = BeginExchange(host, "{}", pending, text);
  if (begin.ok()) WL_ASSERT(nlohmann::json::accept(begin->body()));
}

const Target kTarget("replica_set_notes", [](std::string_view bytes) {
  const std::string text(bytes);
  CheckNotes(text);
  CheckStash(text);
  CheckTemplate(text);
});

}  // namespace
}  // namespace windlass::fuzz
