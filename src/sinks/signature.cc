#include "hypnos/sinks/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {

std::string SignatureOf(std::string_view secret, int64_t timestamp, std::string_view body) {
  const std::string text = Format("{}.{}", timestamp, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                                   bytes, text.size(), digest.data(), &size);
  HYPNOS_CHECK(done != nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += Format("{:02x}", digest[i]);
  return hex;
}

}  // namespace hypnos
