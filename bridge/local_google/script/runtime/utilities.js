// Utilities: bytes are signed, texts are US-ASCII unless a charset is given, and bytes and texts do not mix.

const Charset = enumeration('Charset', 'US_ASCII', 'UTF_8');

function blobOf(content, type = null, name = null) {
  const bytes = () => (typeof content === 'string' ? host('bytes.of', content, 'UTF_8') : content);
  return strict('Blob', {
    getBytes: bytes,
    getContentType: () => type,
    getName: () => name,
  });
}

global.Utilities = strict('Utilities', {
  Charset,
  computeHmacSha256Signature(value, key, charset = Charset.US_ASCII) {
    const signatures = [['String', 'String'], ['String', 'String', 'String'], ['number[]', 'number[]']];
    expect('Utilities.computeHmacSha256Signature', arguments, ...signatures);
    return host('bytes.hmac', value, key, charset);
  },
  base64Encode(value, charset = Charset.US_ASCII) {
    expect('Utilities.base64Encode', arguments, ['String'], ['String', 'String'], ['number[]']);
    return host('bytes.base64', value, charset);
  },
  base64Decode(text) {
    expect('Utilities.base64Decode', arguments, ['String']);
    return host('bytes.unbase64', text);
  },
  newBlob(content, type, name) {
    const kinds = ['String', 'number[]'].flatMap((kind) => [[kind], [kind, 'String'], [kind, 'String', 'String']]);
    expect('Utilities.newBlob', arguments, ...kinds);
    return blobOf(content, type, name);
  },
  formatDate(date, zone, pattern) {
    expect('Utilities.formatDate', arguments, ['Date', 'String', 'String']);
    return host('date.format', date.getTime(), zone, pattern);
  },
  getUuid: () => host('uuid'),
  sleep(milliseconds) {
    expect('Utilities.sleep', arguments, ['number']);
    host('sleep', milliseconds);
  },
});
