// What the daemon may do: which rights it needs, and which of them are missing (BI-21).
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/windlass/daemon.h"

namespace windlass {
namespace {

constexpr Duration kReviewPeriod = seconds(30);

}  // namespace

std::vector<NeededRight> Daemon::RightsNeeded() const {
  std::vector<NeededRight> rights;
  ForEachController([&](std::string_view name, const WatchingController& controller) {
    for (NeededRight& right : controller.RightsNeeded()) {
      right.controller = name;
      rights.push_back(std::move(right));
    }
  });
  for (const char* verb : {"create", "patch"}) {
    rights.push_back({{verb, resources::kEvents, "", flags_.namespace_, ""}});
  }
  if (!flags_.leader_elect) return rights;
  const std::string& home = flags_.leader_elect_namespace;
  rights.push_back({{"create", resources::kLeases, "", home, ""}});
  for (const char* verb : {"get", "watch", "update"}) {
    rights.push_back({{verb, resources::kLeases, "", home, flags_.leader_elect_name}});
  }
  return rights;
}

// Asks the API server which of the rights that are needed now are missing. `done` gets the missing
// ones, or the error.
void Daemon::FindMissing(std::function<void(Result<std::vector<NeededRight>>)> done) {
  last_review_ = clock_.Now();
  const std::vector<NeededRight> needed = RightsNeeded();
  std::vector<Right> asked;
  asked.reserve(needed.size());
  for (const NeededRight& right : needed) asked.push_back(right.right);
  FindMissingRights(transport_, std::move(asked),
                    [needed, done = std::move(done)](Result<std::vector<Right>> missing) {
                      if (!missing.ok()) return done(std::move(missing).error());
                      std::vector<NeededRight> found;
                      for (const NeededRight& right : needed) {
                        if (std::ranges::count(*missing, right.right) > 0) found.push_back(right);
                      }
                      done(std::move(found));
                    });
}

void Daemon::ReviewRights() {
  FindMissing(
      [this](Result<std::vector<NeededRight>> missing) { RightsReviewed(std::move(missing)); });
}

// Reviews the rights again. Called
//   - to repeat a review
//   - after a write was forbidden
//   - when a controller needs other rights than before. Example: when in-place updates begin, they
//     need rights that the first review did not ask for.
void Daemon::ReviewRightsAgain() {
  const uint64_t review = ++reviews_;
  FindMissing([this, review](Result<std::vector<NeededRight>> missing) {
    if (review == reviews_) NoteReview(std::move(missing));  // otherwise a later review has begun
  });
}

// Stores the result of a review. Repeats the review later in two cases:
//   - if it failed: with back-off, up to kReviewPeriod apart;
//   - if a right is missing: after kReviewPeriod, because an administrator may grant it meanwhile.
void Daemon::NoteReview(Result<std::vector<NeededRight>> missing) {
  if (!missing.ok()) {
    return ReviewRightsAt(clock_.Now() + review_back_off_.Next(clock_.Now(), kReviewPeriod));
  }
  NoteMissing(std::move(*missing));
  if (!missing_rights_.empty()) ReviewRightsAt(clock_.Now() + kReviewPeriod);
}

// Reviews the rights again after a write was forbidden. Only a review shows whether a right was
// taken away, or a policy forbids this write alone. A policy may forbid many writes, so the next
// review begins kReviewPeriod after the last one at the earliest. Example for 30 s: a review begins
// at 0 s, and writes are forbidden at 10, 12 and 25 s. The next review is at 30 s.
void Daemon::ReviewRightsSoon() {
  if (review_later_ != 0) return;
  ReviewRightsAt(std::max(clock_.Now(), last_review_ + kReviewPeriod));
}

void Daemon::ReviewRightsAt(MonotonicTime due) {
  timers_.Cancel(review_later_);
  review_later_ = timers_.At(due, [this] {
    review_later_ = 0;
    ReviewRightsAgain();
  });
}

// Stores the missing rights for /readyz, and logs each one that was not missing before.
void Daemon::NoteMissing(std::vector<NeededRight> missing) {
  const std::vector<NeededRight> before = std::exchange(missing_rights_, std::move(missing));
  for (const NeededRight& right : missing_rights_) {
    if (std::ranges::count(before, right.right, &NeededRight::right) > 0) continue;
    if (right.optional) {
      log_.Warning(MissingRightText(right));
    } else {
      log_.Error(MissingRightText(right));
    }
  }
}

void Daemon::RightsReviewed(Result<std::vector<NeededRight>> missing) {
  if (stopping_) return;
  if (!missing.ok()) {
    const Error& error = missing.error();
    if (error.kind == ErrorKind::kUnauthorized) {
      log_.Error(error.message +
                 "; give a kubeconfig whose token or client certificate is valid, or, in a Pod, a "
                 "ServiceAccount whose token is valid");
      return Finish(kExitCredentials);
    }
    if (error.kind == ErrorKind::kTls) {
      log_.Error("the API server's certificate is not accepted: " + error.message +
                 "; give the CA that signed this certificate, and a server name that is in the "
                 "certificate");
      return Finish(kExitConfig);
    }
    // Start anyway: the server may be back soon, and the informers keep trying.
    log_.Warning("the rights could not be reviewed; Windlass tries again",
                 {{"error", error.message}});
  }
  NoteReview(std::move(missing));
  StartControllers();
}

}  // namespace windlass
