#include "kubeclient/config/tls_file_watch.h"

#include <utility>

#include "kubeclient/base/limits.h"
#include "kubeclient/config/read_file.h"

namespace windlass {
namespace {

Result<std::string> ReadPem(const std::string& path) {
  Result<std::string> pem = ReadFile(path, kPemBytesMax);
  if (pem.ok() && pem->empty()) return Error{ErrorKind::kConfig, path + ": is empty"};
  return pem;
}

}  // namespace

TlsFileWatch::TlsFileWatch(const Clock& clock, Log& log, TimerQueue& timers, TlsFiles files,
                           TlsMaterial now, Duration period, Use use)
    : clock_(clock),
      log_(log),
      timers_(timers),
      files_(std::move(files)),
      now_(std::move(now)),
      period_(period),
      use_(std::move(use)),
      looked_at_(clock.Now()) {
  if (!files_.ca.empty() || !files_.certificate.empty() || !files_.key.empty()) LookLater();
}

TlsFileWatch::~TlsFileWatch() { timers_.Cancel(timer_); }

void TlsFileWatch::LookLater() {
  timer_ = timers_.At(clock_.Now() + period_, [this] {
    Look();
    LookLater();
  });
}

void TlsFileWatch::LookNow() {
  if (timer_ == 0 || clock_.Now() - looked_at_ < kCredentialsLookAgain) return;
  Look();
}

void TlsFileWatch::Look() {
  looked_at_ = clock_.Now();
  TlsMaterial next = now_;
  Status good = ReadInto(next);
  if (good.ok() && IsInUse(next)) {
    if (!std::exchange(problem_, "").empty()) log_.Info("certificate files are good again");
    return;
  }
  if (good.ok()) good = use_(next);
  if (!good.ok()) return Complain(good.error().message);
  now_ = std::move(next);
  problem_.clear();
  log_.Info("certificates reloaded: new connections use them",
            {{"ca", files_.ca}, {"certificate", files_.certificate}, {"key", files_.key}});
}

// Each part is checked by itself, so that a message can say which file it was.
Status TlsFileWatch::ReadInto(TlsMaterial& next) const {
  if (!files_.ca.empty()) {
    WINDLASS_TRY(next.ca_pem, ReadPem(files_.ca));
    TlsMaterial trust;
    trust.ca_pem = next.ca_pem;
    const Status good = TlsIdentity::Check(trust);
    if (!good.ok()) return Error(good.error()).Context(files_.ca);
  }
  if (!files_.certificate.empty()) {
    WINDLASS_TRY(next.certificate_pem, ReadPem(files_.certificate));
  }
  if (!files_.key.empty()) {
    WINDLASS_TRY(std::string key, ReadPem(files_.key));
    next.key_pem = Secret(key);
    WipeText(key);
  }
  if (files_.certificate.empty() && files_.key.empty()) return Unit{};
  TlsMaterial own;
  own.certificate_pem = next.certificate_pem;
  own.key_pem = next.key_pem;
  const Status good = TlsIdentity::Check(own);
  const std::string& blamed = files_.certificate.empty() ? files_.key : files_.certificate;
  if (!good.ok()) return Error(good.error()).Context(blamed);
  return Unit{};
}

bool TlsFileWatch::IsInUse(const TlsMaterial& next) const {
  return next.ca_pem == now_.ca_pem && next.certificate_pem == now_.certificate_pem &&
         next.key_pem.Reveal() == now_.key_pem.Reveal();
}

void TlsFileWatch::Complain(const std::string& problem) {
  if (std::exchange(problem_, problem) == problem) return;
  log_.Warning(
      "certificate file not usable: what it held before stays in use; put a valid one "
      "there",
      {{"error", problem}});
}

}  // namespace windlass
