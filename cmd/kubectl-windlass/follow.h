// Follow keeps copies of the objects that some selections match. It lists the objects once, and
// then watches them. A command looks at the copies, waits for a change, and looks again.
//
//   Start ──list each──▶ watch each ──stream ends──▶ watch from the last version
//                            │ 410 Gone ──▶ list again
//                            │ 403 ───────▶ list every 5 s instead
//                            └ failure ───▶ list again after 1, 2, 4… s; error after kFollowTrouble
//                                           (error at once if the watch or a list fails with 401
//                                           or 404, or if a list fails with 403)
//
// If a list fails at the start, that is an error at once. Optional selections differ:
//   - at the start: only a failure that hits every request is an error, such as no connection
//   - later: no failure is an error; Follow goes on without the selection
// Core thread only.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// If a selection fails for this long, Follow returns an error, or gives up an optional selection.
//   - a list that succeeds ends the failure. So if only the watch fails, Follow goes on: it lists
//     after 1, 2 and 4 s, then every 8 s
//   - if the watch fails with 401, 403 or 404, Follow does not wait this long (see the diagram at
//     the top of this file)
inline constexpr Duration kFollowTrouble = seconds(60);

class Follow {
 public:
  // `session` must outlive the Follow.
  Follow(Session& session, std::vector<Selection> selections);
  ~Follow();
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;

  // Lists every selection.
  Status ReadOnce();
  // Lists every selection and opens the watches.
  Status Start();
  // Waits until an object has changed since the last call, an optional selection has been given up,
  // or `longest` has passed. Without `longest`, waits without limit. Returns an error if the
  // session has ended, or if a selection that is not optional cannot be read any more.
  Status NextChange(std::optional<Duration> longest = {});

  // Returns the error for which Follow gave up selection number `selection`; nullopt if Follow did
  // not give it up. Follow gives up optional selections that it cannot read. They have no objects
  // then.
  std::optional<Error> Unreadable(size_t selection) const;

  // Returns the objects of selection number `selection`, ordered by namespace and name. The
  // pointers are valid until the next call of NextChange.
  std::vector<const Json*> Objects(size_t selection) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass::cli
