// What the daemon may do: which rights it needs, and which of them are missing (BI-21).
#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "cmd/windlass/daemon.h"

namespace windlass {
namespace {

constexpr Duration kReviewPeriod = seconds(30);

}  // namespace

std::vector<Right> Daemon::RightsNeeded() const {
  const std::string& scope = flags_.namespace_;
  std::vector<Right> rights;
  const auto need = [&](const char* group, const char* resource, const char* subresource,
                        std::initializer_list<const char*> verbs) {
    for (const char* verb : verbs) {
      rights.push_back({verb, group, resource, subresource, scope, ""});
    }
  };
  need("apps", "deployments", "", {"get", "list", "watch", "patch"});
  need("apps", "deployments", "status", {"patch"});
  need("apps", "replicasets", "", {"get", "list", "watch", "create", "patch", "delete"});
  need("", "pods", "", {"list", "watch"});
  need("", "events", "", {"create", "patch"});
  if (controller_.cache().in_place().running()) {
    need("", "pods", "", {"get", "patch"});
    need("", "pods", "status", {"patch"});
    need("policy", "poddisruptionbudgets", "", {"list", "watch"});
    for (const char* verb : {"list", "watch"}) {
      rights.push_back({verb, "", "nodes", "", "", ""});  // they belong to no namespace
    }
  }
  if (flags_.leader_elect) {
    const std::string& home = flags_.leader_elect_namespace;
    rights.push_back({"create", "coordination.k8s.io", "leases", "", home, ""});
    for (const char* verb : {"get", "watch", "update"}) {
      rights.push_back({verb, "coordination.k8s.io", "leases", "", home, flags_.leader_elect_name});
    }
  }
  return rights;
}

void Daemon::ReviewRights() {
  FindMissingRights(transport_, RightsNeeded(), [this](Result<std::vector<Right>> missing) {
    RightsReviewed(std::move(missing));
  });
}

// Also when in-place updates begin, which take more rights than were asked for at the start.
void Daemon::ReviewRightsAgain() {
  const uint64_t review = ++reviews_;
  FindMissingRights(transport_, RightsNeeded(), [this, review](Result<std::vector<Right>> missing) {
    if (review == reviews_) NoteReview(std::move(missing));  // else a later one asks for more
  });
}

// A review that failed is made again, soon at first. Rights may be granted while we run: as long as
// one is missing, the review is repeated, too.
void Daemon::NoteReview(Result<std::vector<Right>> missing) {
  if (!missing.ok()) {
    return ReviewRightsIn(review_back_off_.Next(clock_.Now(), kReviewPeriod));
  }
  NoteMissing(std::move(*missing));
  if (!missing_rights_.empty()) ReviewRightsIn(kReviewPeriod);
}

void Daemon::ReviewRightsIn(Duration wait) {
  timers_.Cancel(review_later_);
  review_later_ = timers_.At(clock_.Now() + wait, [this] { ReviewRightsAgain(); });
}

// Each one is named in /readyz, and in the log when it is new.
void Daemon::NoteMissing(std::vector<Right> missing) {
  const std::vector<Right> before = std::exchange(missing_rights_, std::move(missing));
  for (const Right& right : missing_rights_) {
    if (std::ranges::find(before, right) != before.end()) continue;
    if (IsForInPlaceAlone(right)) {
      log_.Warning(MissingRightText(right));
    } else {
      log_.Error(MissingRightText(right));
    }
  }
}

void Daemon::RightsReviewed(Result<std::vector<Right>> missing) {
  if (stopping_) return;
  if (!missing.ok()) {
    const Error& error = missing.error();
    if (error.kind == ErrorKind::kUnauthorized) {
      log_.Error(error.message + "; give a kubeconfig whose token or client certificate is valid");
      return Finish(kExitCredentials);
    }
    if (error.kind == ErrorKind::kTls) {
      log_.Error("the API server's certificate is not accepted: " + error.message +
                 "; give the CA that signed it, and a server name it was issued for");
      return Finish(kExitConfig);
    }
    // A server that is away comes back; the informers keep trying.
    log_.Warning("rights were not reviewed; another try follows", {{"error", error.message}});
  }
  NoteReview(std::move(missing));
  StartControllers();
}

}  // namespace windlass
