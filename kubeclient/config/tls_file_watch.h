// TlsFileWatch: reads files with certificates and keys periodically, because other programs renew
// them.
// Source: client-go transport/{cert,ca}_rotation.go.
//
// There are two parts, each renewed without the other: the CA, and the client certificate with its
// key. If files of a part are missing, empty or not usable, the old content of that part stays in
// use, and the problem is logged once. Example: a new certificate whose key is not written yet.
// The core thread reads the files itself, because they are small and local.
#pragma once

#include <functional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {

// LookNow reads nothing if less than this time has passed since the last read.
inline constexpr Duration kCredentialsLookAgain = seconds(1);

// Core thread only.
class TlsFileWatch {
 public:
  // Called with changed material, to put it to use. An error of `use` is logged like an error in a
  // file.
  using Use = std::function<Status(const TlsMaterial& material)>;

  // Reads `files` every `period`; never, if `files` has no path. The references must outlive the
  // watch. `now` is what the files held when they were last read. A part of `now` that does not
  // come from a file never changes.
  TlsFileWatch(const Clock& clock, Log& log, TimerQueue& timers, TlsFiles files, TlsMaterial now,
               Duration period, Use use);
  ~TlsFileWatch();
  TlsFileWatch(const TlsFileWatch&) = delete;
  TlsFileWatch& operator=(const TlsFileWatch&) = delete;

  // Reads the files now, unless they were read within the last kCredentialsLookAgain. Call it when
  // the API server has refused our credentials, or when we have refused its certificate.
  void LookNow();

 private:
  void LookLater();
  void Look();
  // ReadTrust and ReadOwn leave `next` unchanged if they return an error.
  Status ReadTrust(TlsMaterial& next) const;
  Status ReadOwn(TlsMaterial& next) const;
  bool IsInUse(const TlsMaterial& next) const;
  bool IsWell() const;
  // Stores in `problem` why a part is not in use, and logs the problem if it has changed.
  void Note(const Status& state, std::string& problem);

  const Clock& clock_;
  Log& log_;
  TimerQueue& timers_;
  const TlsFiles files_;
  TlsMaterial now_;
  const Duration period_;
  const Use use_;
  TimerId timer_ = 0;
  MonotonicTime looked_at_;
  // Why the content of the files is not in use; "" if the content is in use.
  std::string trust_problem_;  // of the CA
  std::string own_problem_;    // of the client certificate and its key
  std::string use_problem_;    // the error of use_, which refused good files
};

}  // namespace windlass
