// Certificates and keys in files that somebody else renews, looked at again and again.
//
// Source: client-go transport/{cert,ca}_rotation.go. What cannot be read or used (missing, empty,
// half of a pair) changes nothing and is said once; the next look may find it whole. Files are
// small and local: they are read in the core thread, like tokens.
#pragma once

#include <functional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {

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
  Status ReadInto(TlsMaterial& next) const;
  bool IsInUse(const TlsMaterial& next) const;
  void Complain(const std::string& problem);

  const Clock& clock_;
  Log& log_;
  TimerQueue& timers_;
  const TlsFiles files_;
  TlsMaterial now_;
  const Duration period_;
  const Use use_;
  TimerId timer_ = 0;
  MonotonicTime looked_at_;
  std::string problem_;  // why the files are not in use, when they are not
};

}  // namespace windlass
