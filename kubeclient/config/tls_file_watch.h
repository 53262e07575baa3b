// Certificates and keys in files that somebody else renews, looked at again and again.
//
// Source: client-go transport/{cert,ca}_rotation.go. The CA is one part, the client certificate
// with its key another. A part that cannot be read or used (missing, empty, half of a pair) stays
// as it is in use, and that is said once; the other part is renewed all the same, and the next look
// may find both whole. Files are small and local: they are read in the core thread, like tokens.
#pragma once

#include <functional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {

// When the API server refuses credentials, their files are looked at immediately, but not more
// often than this.
inline constexpr Duration kCredentialsLookAgain = seconds(1);

// Core thread only.
class TlsFileWatch {
 public:
  // Puts other material to use; an error is taken as one of the files.
  using Use = std::function<Status(const TlsMaterial& material)>;

  // `now` is what the files held when they were read last; parts that come from no file stay as
  // they are. Without any file nothing ever happens.
  TlsFileWatch(const Clock& clock, Log& log, TimerQueue& timers, TlsFiles files, TlsMaterial now,
               Duration period, Use use);
  ~TlsFileWatch();
  TlsFileWatch(const TlsFileWatch&) = delete;
  TlsFileWatch& operator=(const TlsFileWatch&) = delete;

  // Credentials were refused: looks at once, but not more often than kCredentialsLookAgain.
  void LookNow();

 private:
  void LookLater();
  void Look();
  Status ReadTrust(TlsMaterial& next) const;  // changes nothing when it fails, nor does ReadOwn
  Status ReadOwn(TlsMaterial& next) const;
  bool IsInUse(const TlsMaterial& next) const;
  bool IsWell() const;
  // Remembers why a part is not in use; warns when that is new.
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
  // Why what the files hold is not in use, when it is not.
  std::string trust_problem_;  // the CA
  std::string own_problem_;    // the client certificate and its key
  std::string use_problem_;    // they are good, but were not taken
};

}  // namespace windlass
