#include "hypnos/control/tls.h"

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Error Invalid(const std::string& path, const char* what, const error_code& error) {
  return {Code::kInvalidArgument, "TLS_INVALID", Format("{}: {}: {}", path, what, error.message())};
}

// No compression and no version below 1.2; a session is never resumed without a new look at the
// certificates.
TlsContext NewContext(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context->native_handle(), 0);
  return context;
}

struct Pem {
  std::string certificate, key, authority;
};

Result<Pem> ReadPem(const std::string& certificate_path, const std::string& key_path,
                    const std::string& authority_path, FileSystem& files) {
  Pem pem;
  const auto read = [&](const char* what, const std::string& path, std::string* to) -> Status {
    if (path.empty()) return {};
    auto text = files.ReadFile(path);
    if (!text.ok()) {
      return Error{text.error().code, text.error().reason,
                   Format("{} of TLS: {}", what, text.error().message)};
    }
    *to = *std::move(text);
    return {};
  };
  HYPNOS_RETURN_IF_ERROR(read("certificate", certificate_path, &pem.certificate));
  HYPNOS_RETURN_IF_ERROR(read("key", key_path, &pem.key));
  HYPNOS_RETURN_IF_ERROR(read("authority", authority_path, &pem.authority));
  return pem;
}

Status UseCertificate(const Pem& pem, const std::string& certificate_path,
                      const std::string& key_path, ssl::context& context) {
  error_code error;
  context.use_certificate_chain(asio::buffer(pem.certificate), error);
  if (error) return Invalid(certificate_path, "no certificate in PEM", error);
  context.use_private_key(asio::buffer(pem.key), ssl::context::pem, error);
  if (error) return Invalid(key_path, "no private key in PEM that fits the certificate", error);
  return {};
}

Status TrustAuthority(const Pem& pem, const std::string& path, ssl::context& context) {
  error_code error;
  context.add_certificate_authority(asio::buffer(pem.authority), error);
  if (error) return Invalid(path, "no certificate in PEM", error);
  return {};
}

}  // namespace

Result<bool> TlsFiles::Read() {
  HYPNOS_ASSIGN_OR_RETURN(const Pem pem, ReadPem(options_.certificate_path, options_.key_path,
                                                 options_.client_authority_path, files_));
  std::string read = pem.certificate + '\0' + pem.key + '\0' + pem.authority;
  if (context_ != nullptr && read == read_) return false;
  TlsContext context = NewContext(ssl::context::tls_server);
  HYPNOS_RETURN_IF_ERROR(
      UseCertificate(pem, options_.certificate_path, options_.key_path, *context));
  if (!options_.client_authority_path.empty()) {
    HYPNOS_RETURN_IF_ERROR(TrustAuthority(pem, options_.client_authority_path, *context));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  context_ = std::move(context);
  read_ = std::move(read);
  return true;
}

Result<TlsContext> MakeClientContext(const ControlEndpoint& endpoint, FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(const Pem pem, ReadPem(endpoint.certificate_path, endpoint.key_path,
                                                 endpoint.authority_path, files));
  TlsContext context = NewContext(ssl::context::tls_client);
  context->set_verify_mode(ssl::verify_peer);
  error_code error;
  if (endpoint.authority_path.empty()) {
    context->set_default_verify_paths(error);
  } else {
    HYPNOS_RETURN_IF_ERROR(TrustAuthority(pem, endpoint.authority_path, *context));
  }
  if (!endpoint.certificate_path.empty()) {
    HYPNOS_RETURN_IF_ERROR(
        UseCertificate(pem, endpoint.certificate_path, endpoint.key_path, *context));
  }
  return context;
}

}  // namespace hypnos
