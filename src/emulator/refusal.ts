/** A call that was not carried out, in the provider's words. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const incorrect = 'Incorrect IAM authentication information: ';

/**
 * HTTP status and message by code. Alibaba: ApsaraVideo VOD error codes (2021), the POP gateway's common errors
 * (help.aliyun.com 48054), the IMS table (help.aliyun.com 197855), the operations' pages. Huawei: VOD error
 * codes, APIGW error codes. The status says little: some 404 mean a wrong key, some 403 an inner fault.
 */
const known: Record<string, readonly [status: number, message: string]> = {
  'InvalidAction.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  InvalidVersion: [400, 'Specified parameter Version is not valid.'],
  UnsupportedHTTPMethod: [403, 'This http method is not supported.'],
  MissingParameter: [
    400,
    'The input parameter that is mandatory for processing this request is not supplied.',
  ],
  InvalidParameter: [400, 'The specified parameter is not valid.'],
  IncompleteSignature: [400, 'The request signature does not conform to Aliyun standards.'],
  'InvalidAccessKeyId.NotFound': [404, 'Specified access key is not found.'],
  'InvalidAccessKeyId.Inactive': [403, 'Specified access key is disabled.'],
  MissingSecurityToken: [400, 'SecurityToken is mandatory for this action.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [400, 'Specified SecurityToken mismatch with the AccessKey.'],
  'InvalidSecurityToken.Expired': [400, 'Specified SecurityToken is expired.'],
  'InvalidSecurityToken.Malformed': [400, 'Specified SecurityToken is malformed.'],
  'InvalidTimeStamp.Format': [400, 'Specified time stamp or date value is not well formatted.'],
  'InvalidTimeStamp.Expired': [400, 'Specified time stamp or date value is expired.'],
  SignatureDoesNotMatch: [400, 'Specified signature is not matched with our calculation.'],
  SignatureNonceUsed: [400, 'Specified signature nonce was used already.'],
  Forbidden: [403, 'User not authorized to operate on the specified resource.'],
  'Forbidden.RAM': [
    403,
    'User not authorized to operate on the specified resource, or this API doesn’t support RAM.',
  ],
  NoPermission: [403, 'You are not authorized to do this action.'],
  OperationDenied: [403, 'Your service is not activated.'],
  'OperationDenied.Suspended': [403, 'Your service is suspended because of an overdue payment.'],
  'Throttling.User': [400, 'Request was denied due to user flow control.'],
  'Throttling.Api': [400, 'Request was denied due to api flow control.'],
  Throttling: [400, 'Request was denied due to request throttling.'],
  RequestsTooFrequent: [403, 'Requests are too frequent'],
  InternalError: [500, 'The request processing has failed due to some unknown error, exception or failure.'],
  ServiceUnavailable: [503, 'The request has failed due to a temporary failure of the server.'],
  ServiceUnAvailable: [503, 'The request has failed due to a temporary failure of the server.'],
  NoSuchResource: [404, 'The specified resource does not exist.'],
  ResourceNotFound: [404, 'The specified resource is not found.'],
  'InvalidVideo.NotFound': [404, 'The video does not exist.'],
  VideoIdsExceededMax: [400, 'The VideoIds exceeded maximum.'],
  DeleteVideoFailed: [503, 'Deleting video has failed due to some unknown error.'],

  'APIGW.0101': [404, 'The API does not exist or has not been published in the environment'],
  'APIGW.0201': [502, 'Backend timeout.'],
  'APIGW.0301': [401, `${incorrect}Unauthorized`],
  'APIGW.0302': [403, 'The IAM user is not authorized to access the API'],
  'APIGW.0307': [401, 'The token must be updated.'],
  'APIGW.0308': [429, 'The throttling threshold has been reached: policy user over ratelimit'],
  'APIGW.0310': [403, 'The project is unavailable'],
  'APIGW.0601': [500, 'Internal server error'],
  'VOD.10051': [403, 'Internal system error.'],
  'VOD.10052': [403, 'Internal communication abnormal.'],
  'VOD.10053': [400, 'The request parameter is illegal.'],
  'VOD.10054': [403, 'Identity authentication failed.'],
  'VOD.10057': [403, 'You do not have the permission.'],
  'VOD.10062': [400, 'The asset or resource does not exist.'],
  'VOD.10127': [403, 'The flow control limit has been reached.'],
};

/** By code, `status` only for codes that the table does not know. `Missing<Name>` stands for each name. */
export function refuse(code: string, message?: string, status = 400): Refusal {
  const entry = Object.hasOwn(known, code) ? known[code] : undefined;
  const mandatory = /^Missing(\w+)$/.exec(code)?.[1];
  return {
    code,
    status: entry?.[0] ?? status,
    message:
      message ??
      entry?.[1] ??
      (mandatory ? `${mandatory} is mandatory for this action.` : 'The request has failed.'),
  };
}

/** Every cause of a failed authentication at Huawei's gateway has this code; only the text tells them apart. */
export const refuseIam = (cause: string): Refusal => refuse('APIGW.0301', incorrect + cause);
