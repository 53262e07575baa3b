// What the runtime asks of a controller. The runtime keeps queue, leader term and syncs; a
// controller knows its kind: it reads its caches and names the next step of one object.
//
//   key ──▶ Next ──▶ Step ──▶ the runtime performs it, folds the reply into the caches ──▶ Next …
//
// The runtime never sees an object of a kind; a controller never sends a request. Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"

namespace windlass {

class Controller {
 public:
  Controller() = default;
  virtual ~Controller() = default;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // The kind of its objects, "Deployment", and the log field that names one, "deployment".
  virtual std::string_view kind() const = 0;
  virtual std::string_view log_field() const = 0;
  // Who reports its Events: "deployment-controller".
  virtual std::string_view component() const = 0;

  // The next step for the object `key`, decided from the caches as they are now and from what this
  // sync has `learned`; `now` may be stored. Returns nullopt if the object is gone: the runtime
  // then forgets all it keeps for the key.
  virtual std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) = 0;

  // How many steps one sync of `key` may have, if that is more than kStepsPerSyncMax. A sync with
  // more ends as a plan that never ends.
  virtual int StepsMax(const ObjectKey& /*key*/) const { return 0; }

  // The object in Events; nullopt if it is gone.
  virtual std::optional<ObjectReference> Reference(const ObjectKey& key) const = 0;

  // The writes by which late writes of a former leader to the object `key` fail, in the order in
  // which they are sent. `term` tells the present term from every other. Asked again after each of
  // them; what was sent in this term is left out by the caller (L-012).
  virtual std::vector<Request> FenceWrites(const ObjectKey& key, std::string_view term) const = 0;

  // Called before an uncached `read` is sent for `key`. What it returns, which may be null, is
  // called with the answer if there is one.
  using ReadListener = std::function<void(const Outcome&)>;
  virtual ReadListener BeforeRead(const ObjectKey& /*key*/, const Request& /*read*/) {
    return nullptr;
  }

  // A write of a sync succeeded; or it did not, or nobody knows whether it did.
  virtual void Written(const Because& /*because*/) {}
  virtual void NotWritten(const Because& /*because*/, const Error& /*error*/) {}
};

}  // namespace windlass
