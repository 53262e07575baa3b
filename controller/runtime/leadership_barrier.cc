#include "controller/runtime/leadership_barrier.h"

#include <utility>

#include "kubeclient/base/limits.h"
#include "kubeclient/cache/list_watch.h"

namespace windlass {

LeadershipBarrier::LeadershipBarrier(InformerEnvironment environment, const ClusterCache& cache,
                                     std::function<void()> passed)
    : environment_(environment),
      cache_(cache),
      passed_(std::move(passed)),
      started_(environment.clock.Now()),
      back_off_(environment.random),
      alive_(std::make_shared<const bool>(true)) {
  resources_ = {cache.deployments().reflector().options(),
                cache.replica_sets().reflector().options()};
  // Pods that are watched from now on are listed after the Lease was won: as good as a barrier.
  if (cache.watches_pods()) resources_.push_back(cache.pods().reflector().options());
  for (ReflectorOptions& resource : resources_) resource.metadata_only = true;
  List();
}

LeadershipBarrier::~LeadershipBarrier() {
  alive_.reset();
  environment_.timers.Cancel(timer_);
  if (call_ != 0) environment_.transport.Cancel(call_);
}

// --- what there is ---

void LeadershipBarrier::List() {
  stage_ = Stage::kListing;
  listed_.assign(1, {});
  RequestPage("");
}

void LeadershipBarrier::RequestPage(std::string continue_token) {
  ListPageQuery query;
  query.continue_token = std::move(continue_token);
  query.limit = kListPageSize;
  const std::weak_ptr<const bool> alive = alive_;
  call_ = environment_.transport.Call(ListPageRequest(resources_[listed_.size() - 1], query),
                                      [this, alive](Result<HttpResponse> reply) {
                                        if (alive.expired()) return;
                                        call_ = 0;
                                        OnPage(std::move(reply));
                                      });
}

void LeadershipBarrier::OnPage(Result<HttpResponse> reply) {
  if (!reply.ok()) return Fail(reply.error().message);
  if (reply->status != 200) return Fail("HTTP " + std::to_string(reply->status));
  Result<std::string> next = AddPage(*reply);
  if (!next.ok()) return Fail(next.error().message);
  if (!next->empty()) return RequestPage(std::move(*next));
  if (listed_.size() < resources_.size()) {
    listed_.emplace_back();
    return RequestPage("");
  }
  stage_ = Stage::kComparing;
  listed_at_ = environment_.clock.Now();
  Compare();
}

// Returns the continue token.
Result<std::string> LeadershipBarrier::AddPage(const HttpResponse& response) {
  const Result<ListPage> page = environment_.decoder.DecodeList(response.body);
  if (!page.ok()) return page.error();
  const auto kind = Info(resources_[listed_.size() - 1].resource).kind;
  if (page->kind != "PartialObjectMetadataList" && page->kind != std::string(kind) + "List") {
    return Error{ErrorKind::kMalformed, "got kind \"" + page->kind + "\""};
  }
  ListedVersions& listed = listed_.back();
  if (listed.version.empty()) listed.version = page->resource_version;
  for (const std::string_view item : page->items) {
    const Result<ObjectIdentity> identity = environment_.decoder.DecodeIdentity(item);
    if (!identity.ok()) continue;  // nothing the cache could hold
    listed.objects[identity->key] = {identity->uid, identity->resource_version};
  }
  return page->continue_token;
}

void LeadershipBarrier::Fail(const std::string& why) {
  const std::string plural(Info(resources_[listed_.size() - 1].resource).plural);
  if (std::exchange(last_complaint_, why) != why) {
    environment_.log.Warning("cannot see what the former leader wrote; nothing is written yet",
                             {{"list", plural}, {"error", why}});
  }
  const Duration wait = back_off_.Next(environment_.clock.Now(), kLeadershipBarrierBackOffMax);
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] { List(); });
}

// --- what we have of it ---

// At most once a turn, however many events it brings.
void LeadershipBarrier::Look() {
  if (stage_ == Stage::kComparing) CompareLater(Duration{0});
}

void LeadershipBarrier::CompareLater(Duration wait) {
  environment_.timers.Cancel(timer_);
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] { Compare(); });
}

std::string LeadershipBarrier::FirstBehind() const {
  const auto name = [](std::string_view plural, const std::string& key) {
    return key.empty() ? key : std::string(plural) + " " + key;
  };
  std::string behind = name("deployments", windlass::FirstBehind(cache_.deployments(), listed_[0]));
  if (!behind.empty()) return behind;
  behind = name("replicasets", windlass::FirstBehind(cache_.replica_sets(), listed_[1]));
  if (!behind.empty() || listed_.size() < 3) return behind;
  return name("pods", windlass::FirstBehind(cache_.pods(), listed_[2]));
}

void LeadershipBarrier::Compare() {
  const std::string behind = FirstBehind();
  const MonotonicTime now = environment_.clock.Now();
  if (behind.empty()) {
    stage_ = Stage::kPassed;
    listed_.clear();
    const Duration took = now - started_;
    environment_.log.Info("the caches hold what the former leader wrote",
                          {{"milliseconds", took / milliseconds(1)}});
    return passed_();  // may destroy this
  }
  if (now - listed_at_ < kLeadershipBarrierPatience) return CompareLater(kLeadershipBarrierLook);
  environment_.log.Warning("a cache still lacks what the former leader wrote; listing again",
                           {{"behind", behind}});
  List();
}

}  // namespace windlass
