#include "kubeclient/config/tls_file_watch.h"

#include <utility>

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
  const bool was_well = IsWell();
  TlsMaterial next = now_;
  Note(ReadTrust(next), trust_problem_);
  Note(ReadOwn(next), own_problem_);
  const bool same = IsInUse(next);
  Note(same ? Status(Unit{}) : use_(next), use_problem_);
  if (!same && use_problem_.empty()) {
    now_ = std::move(next);
    log_.Info("certificates reloaded: new connections use them",
              {{"ca", files_.ca}, {"certificate", files_.certificate}, {"key", files_.key}});
  } else if (!was_well && IsWell()) {
    log_.Info("certificate files are good again");
  }
}

// ReadTrust checks the CA, ReadOwn the client certificate and its key. The checks are separate. So
// a message names the file at fault, and a broken CA does not stop the renewal of the client
// certificate, nor a broken certificate the renewal of the CA.
Status TlsFileWatch::ReadTrust(TlsMaterial& next) const {
  if (files_.ca.empty()) return Unit{};
  TlsMaterial trust;
  WINDLASS_TRY(trust.ca_pem, ReadPem(files_.ca));
  const Status good = TlsIdentity::Check(trust);
  if (!good.ok()) return Error(good.error()).Context(files_.ca);
  next.ca_pem = std::move(trust.ca_pem);
  return Unit{};
}

Status TlsFileWatch::ReadOwn(TlsMaterial& next) const {
  if (files_.certificate.empty() && files_.key.empty()) return Unit{};
  TlsMaterial own;
  own.certificate_pem = next.certificate_pem;
  own.key_pem = next.key_pem;
  if (!files_.certificate.empty()) {
    WINDLASS_TRY(own.certificate_pem, ReadPem(files_.certificate));
  }
  if (!files_.key.empty()) {
    WINDLASS_TRY(std::string key, ReadPem(files_.key));
    own.key_pem = Secret(key);
    WipeText(key);
  }
  const Status good = TlsIdentity::Check(own);
  const std::string& blamed = files_.certificate.empty() ? files_.key : files_.certificate;
  if (!good.ok()) return Error(good.error()).Context(blamed);
  next.certificate_pem = std::move(own.certificate_pem);
  next.key_pem = std::move(own.key_pem);
  return Unit{};
}

bool TlsFileWatch::IsInUse(const TlsMaterial& next) const {
  return next.ca_pem == now_.ca_pem && next.certificate_pem == now_.certificate_pem &&
         next.key_pem.Reveal() == now_.key_pem.Reveal();
}

bool TlsFileWatch::IsWell() const {
  return trust_problem_.empty() && own_problem_.empty() && use_problem_.empty();
}

void TlsFileWatch::Note(const Status& state, std::string& problem) {
  const std::string before = std::exchange(problem, state.ok() ? "" : state.error().message);
  if (problem.empty() || problem == before) return;
  log_.Warning(
      "a new CA, certificate or key is not usable: the old one stays in use; correct the file",
      {{"error", problem}});
}

}  // namespace windlass
