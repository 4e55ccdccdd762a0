/** Two accounts as a configuration holds them, and the names of the operations. */
export const video = 'alibaba.vod.delete-video';
export const image = 'alibaba.vod.delete-image';
export const media = 'alibaba.ice.delete-media-infos';
export const thumbnails = 'huawei.vod.delete-thumbnails';

export const secret = 'hunter2hunter2';

/** Two accounts; `endpoint` is where nobody listens unless a test says otherwise. */
export const accounts = (endpoint = 'http://127.0.0.1:9'): Readonly<Record<string, unknown>> => ({
  'media-prod': {
    ...{ provider: 'alibaba', region: 'cn-shanghai', endpoint },
    credentials: { accessKeyId: 'key-a', accessKeySecret: secret },
  },
  'hw-prod': {
    ...{ provider: 'huawei', region: 'cn-north-4', projectId: 'project', endpoint },
    credentials: { accessKey: 'key-h', secretKey: secret },
  },
});
