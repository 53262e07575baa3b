#include "controller/deployment/ownership.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/deployment/patches.h"
#include "kubeclient/base/limits.h"

namespace windlass::deployment {
namespace {

Request ReadOf(const Deployment& deployment) {
  return Request::Get(Resource::kDeployments, KeyOf(deployment.meta));
}

// Whatever was asked of this ReplicaSet's owners in this sync. Looked for without the body, which
// carries a resourceVersion that others may have moved on.
const Outcome* FindAttempt(const Learned& learned, const Request& patch) {
  const std::string what = patch.Describe() + " strategic ";
  for (const Outcome& outcome : learned) {
    if (outcome.asked.text.starts_with(what)) return &outcome;
  }
  return nullptr;
}

std::string TextOf(const nlohmann::json& metadata, const char* field) {
  const auto found = metadata.find(field);
  return found != metadata.end() && found->is_string() ? found->get<std::string>() : "";
}

// Why the Deployment must not adopt, by what the server said of it a moment ago (D-103).
std::optional<Error> WhyNotToAdopt(const Deployment& cached, const Result<Reply>& read) {
  if (!read.ok()) return read.error();
  const auto live = nlohmann::json::parse(read->body, nullptr, /*allow_exceptions=*/false);
  const auto metadata = live.is_object() ? live.value("metadata", nlohmann::json()) : live;
  if (!metadata.is_object()) return Error{ErrorKind::kMalformed, "the Deployment has no metadata"};
  const std::string name = KeyOf(cached.meta).ToString();
  const std::string uid = TextOf(metadata, "uid");
  const std::string wanted = cached.meta.uid.ToString();
  if (uid != wanted) {
    return Error{ErrorKind::kConflict,
                 "original Deployment " + name + " is gone: got uid " + uid + ", wanted " + wanted};
  }
  const std::string deleted = TextOf(metadata, "deletionTimestamp");
  if (deleted.empty()) return std::nullopt;
  return Error{ErrorKind::kConflict, name + " has just been deleted at " + deleted};
}

Write Release(const Deployment& deployment, const ReplicaSet& rs) {
  return {.request = ReleaseReplicaSet(deployment, rs),
          .because = {"release replicaset", {{"replicaset", rs.meta.name}}},
          .go_on_if_refused = true};
}

Write Adopt(const Deployment& deployment, const ReplicaSet& rs) {
  return {.request = AdoptReplicaSet(deployment, rs),
          .because = {"adopt replicaset",
                      {{"replicaset", rs.meta.name}, {"owners", rs.meta.owner_references.size()}}},
          .go_on_if_refused = true};
}

bool IsTooLate(ErrorKind kind, bool release) {
  return kind == ErrorKind::kNotFound || (release && kind == ErrorKind::kInvalid);
}

}  // namespace

std::optional<Step> SettleOwnership(const View& view, const Claims& claims,
                                    const Learned& learned) {
  const Deployment& deployment = *view.deployment;
  std::optional<Error> first_error;
  const auto note = [&first_error](Error error) {
    if (!first_error) first_error = std::move(error);
  };
  // The next attempt, if `write` is one that is still to be made.
  const auto attempt = [&](Write write, bool release) -> std::optional<Step> {
    const Outcome* tried = FindAttempt(learned, write.request);
    // With an error to report, what does not fit into this sync must not begin another at once.
    if (tried == nullptr && first_error && learned.size() >= kRequestsPerSyncMax) return {};
    if (tried == nullptr) return write;
    if (tried->said.ok() || IsTooLate(tried->said.error().kind, release)) return std::nullopt;
    note(Error(tried->said.error()).Context(write.request.Describe()));
    return std::nullopt;
  };

  for (const ReplicaSet* rs : claims.to_release) {
    if (auto step = attempt(Release(deployment, *rs), true)) return step;
  }
  if (!claims.to_adopt.empty()) {
    const Outcome* read = FindOutcome(learned, ReadOf(deployment).Identity());
    if (read == nullptr) {
      return Read{ReadOf(deployment), "it must exist still to adopt a replicaset"};
    }
    if (auto why_not = WhyNotToAdopt(deployment, read->said)) {
      note(std::move(*why_not));
    } else {
      for (const ReplicaSet* rs : claims.to_adopt) {
        if (auto step = attempt(Adopt(deployment, *rs), false)) return step;
      }
    }
  }
  if (!first_error) return std::nullopt;
  return Failed{.error = std::move(*first_error), .retry = Retry::kBackOff};
}

}  // namespace windlass::deployment
